//! A service of known behaviour: it answers as a producer API does over REST, takes
//! as long as it was told to, fails when it was told to, and writes down what it
//! did. It stores nothing.

mod behaviour;
mod draw;
mod log;
mod queue;

pub use behaviour::{Behaviour, Fate, Stall};
pub use log::{Call, read};
pub use queue::Queue;
