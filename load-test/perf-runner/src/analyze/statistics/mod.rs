//! The arithmetic behind every claim: pure functions of numbers, tested against
//! published tables. They know nothing of APIs or phases.
//!
//! The unit of replication is the round. Logarithms are taken first, because what
//! is claimed is a ratio.

mod blocks;
mod family;
mod interval;
mod percentile;
mod rank;
mod spread;
mod studentized_range;
mod welch;

pub use blocks::{CompleteBlocks, complete_blocks};
pub use family::{Critical, Family, Outlook, Pair, claim};
pub use interval::mean_ratio_interval;
pub use percentile::{NO_ERROR_FACTOR, order_statistic_ranks, upper_bound_of_none};
pub use rank::ranks;
pub use spread::{geometric_mean, mean, median, standard_deviation};
pub use studentized_range::{probability as studentized_range_probability, student_t, studentized_range};
pub use welch::Welch;

/// A ratio has to lie beyond this to be worth a claim.
pub const PRACTICAL_RATIO: f64 = 1.02;

/// An interval inside this and its inverse is a claim of equality.
pub const EQUAL_RATIO: f64 = 1.05;

/// Rounds below which nothing is claimed.
pub const CLAIM_ROUNDS: usize = 3;

/// A count as a real number: counts here are of rounds and APIs, far below 2^53.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn real(count: usize) -> f64 {
    count as f64
}
