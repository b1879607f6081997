use std::error::Error;

use super::message::NoMessage;

/// Why a request had no reply.
#[derive(Debug, thiserror::Error)]
pub enum WireFault {
    /// The authority is no `host:port`.
    #[error("`{authority}` is no address of a service, which looks like 127.0.0.1:8081")]
    Unusable {
        /// As given.
        authority: String,
    },
    /// No connection could be made.
    #[error("nothing answers at {authority}")]
    Unreachable {
        /// `host:port`.
        authority: String,
        /// Of the library below.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The limit passed without a complete reply.
    #[error("{authority} gave no answer within {limit_ms} ms")]
    Late {
        /// `host:port`.
        authority: String,
        /// The limit in milliseconds.
        limit_ms: u128,
    },
    /// The connection ended, or carried something that is no reply.
    #[error("the connection to {authority} broke without an answer")]
    Broken {
        /// `host:port`.
        authority: String,
        /// Of the library below.
        source: Box<dyn Error + Send + Sync>,
    },
    /// It answered a health call, and not as a healthy service does.
    #[error("{authority} is not healthy: {answer}")]
    Unhealthy {
        /// `host:port`.
        authority: String,
        /// Its answer on one line.
        answer: String,
    },
    /// The event has no form on the gRPC wire.
    #[error(transparent)]
    NoMessage(NoMessage),
}
