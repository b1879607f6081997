//! A service of known behaviour: it answers as a producer API does, takes as long as
//! it was told to, fails when it was told to, keeps what it was told to, and writes
//! down what it did.

mod behaviour;
mod draw;
mod log;
mod queue;

pub use behaviour::{Behaviour, Fate, Hoard, Stall, Storing};
pub use log::{Call, read};
pub use queue::Queue;
