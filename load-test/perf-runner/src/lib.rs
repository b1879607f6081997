//! The runner as a library: a line of stages, each of which takes a value and
//! gives a value. Only `session` knows two of them.
//!
//! `settings + host -> plan -> environment -> verify -> load -> measure -> audit
//! -> store -> analyze -> report`

// Every async trait here is called with a concrete type on one thread.
#![allow(async_fn_in_trait)]

pub mod analyze;
pub mod audit;
pub mod cli;
pub mod environment;
pub mod export;
pub mod fault;
pub mod host;
pub mod interrupt;
pub mod load;
pub mod measure;
pub mod model;
pub mod plan;
pub mod progress;
pub mod registry;
pub mod report;
pub mod session;
pub mod settings;
pub mod statements;
pub mod store;
pub mod verify;
pub mod whole_file;
pub mod wire;

#[cfg(test)]
mod sample;
