//! All randomness of the grammar.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Random choices that a seed and a number decide.
pub(super) struct Dice(StdRng);

impl Dice {
    /// The choices for one thing; others do not depend on them.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        Self(StdRng::from_seed(bytes))
    }

    /// True once in so many times.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// A number from 0 on.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0.random_range(0..limit.max(1))
    }

    /// One of these.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// Any 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.random()
    }
}
