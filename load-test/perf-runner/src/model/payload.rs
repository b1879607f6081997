use std::fmt;

use serde::{Deserialize, Serialize};

use super::Protocol;

/// How large an event's JSON body is. The gRPC message carries the same event.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
pub enum PayloadSize {
    /// About 400 bytes: an event of the kind people send.
    #[serde(rename = "default")]
    #[value(name = "default")]
    Default,
    /// 400 bytes.
    #[serde(rename = "400b")]
    #[value(name = "400b")]
    B400,
    /// 4 KiB.
    #[serde(rename = "4k")]
    #[value(name = "4k")]
    K4,
    /// 8 KiB.
    #[serde(rename = "8k")]
    #[value(name = "8k")]
    K8,
    /// 32 KiB.
    #[serde(rename = "32k")]
    #[value(name = "32k")]
    K32,
    /// 64 KiB.
    #[serde(rename = "64k")]
    #[value(name = "64k")]
    K64,
}

impl PayloadSize {
    /// Every size, smallest first.
    pub const ALL: [Self; 6] = [Self::Default, Self::B400, Self::K4, Self::K8, Self::K32, Self::K64];

    /// What the JSON body measures in bytes; a made body is within 1 % of it.
    pub fn body_bytes(self) -> usize {
        match self {
            Self::Default | Self::B400 => 400,
            Self::K4 => 4 * 1024,
            Self::K8 => 8 * 1024,
            Self::K32 => 32 * 1024,
            Self::K64 => 64 * 1024,
        }
    }

    /// The word a user types: `default`, `400b`, `4k`, ...
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::B400 => "400b",
            Self::K4 => "4k",
            Self::K8 => "8k",
            Self::K32 => "32k",
            Self::K64 => "64k",
        }
    }
}

impl fmt::Display for PayloadSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One event with a hole where the entity's id goes. The generator fills the
/// hole and nothing else, so that building JSON is not what is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventTemplate {
    /// Short word that starts the entity's id and tells the audit which content
    /// the row must have: `loan`, `car`, ...
    pub kind: String,
    /// `entityType` of its one entity.
    pub entity_type: String,
    /// The JSON body up to the entity's id.
    pub body_before_id: String,
    /// The JSON body after the entity's id.
    pub body_after_id: String,
    /// The same event as a gRPC message in JSON form, its `entity_id` empty.
    pub message: serde_json::Value,
    /// `updatedAttributes` as JSON text: what the stored row must equal.
    pub attributes: String,
    /// Bytes of the JSON body with an id in it; ids have a fixed length.
    pub body_bytes: usize,
    /// Bytes of the encoded gRPC message with an id in it, without framing.
    pub message_bytes: usize,
}

impl EventTemplate {
    /// Mean bytes of one event on this wire, over templates that are sent equally often.
    pub fn mean_bytes(templates: &[Self], protocol: Protocol) -> Option<f64> {
        let bytes = |template: &Self| match protocol {
            Protocol::Rest => template.body_bytes,
            Protocol::Grpc => template.message_bytes,
        };
        let total: usize = templates.iter().map(bytes).sum();
        // Template sizes are far below the 52 bits that a double holds exactly.
        #[allow(clippy::cast_precision_loss)]
        (!templates.is_empty()).then(|| total as f64 / templates.len() as f64)
    }
}
