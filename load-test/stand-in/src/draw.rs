//! Service times: drawn, but from a small sample that has exactly the mean and the
//! shape of the distribution, shuffled. So a few seconds are enough for averages
//! that plain draws would need minutes for.

use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

/// How many times are drawn together: so few that a part of them has nearly the mean, too.
const BLOCK: u32 = 5;

/// Gives one time after the other.
#[derive(Debug)]
pub(crate) struct Draw {
    random: StdRng,
    mean_ms: f64,
    exponential: bool,
    /// Those that are left of the block.
    left: Vec<f64>,
}

impl Draw {
    pub(crate) fn new(mean_ms: f64, exponential: bool, seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed), mean_ms, exponential, left: Vec::new() }
    }

    /// The next time in milliseconds.
    pub(crate) fn next_ms(&mut self) -> f64 {
        if !self.exponential {
            return self.mean_ms;
        }
        if self.left.is_empty() {
            self.left = block(self.mean_ms);
            self.left.shuffle(&mut self.random);
        }
        self.left.pop().unwrap_or(self.mean_ms)
    }
}

/// The middles of equally likely slices of an exponential distribution, with
/// exactly its mean.
fn block(mean_ms: f64) -> Vec<f64> {
    let count = f64::from(BLOCK);
    let middle = |slice: u32| -(1.0 - (f64::from(slice) + 0.5) / count).ln();
    let raw: Vec<f64> = (0..BLOCK).map(middle).collect();
    let scale = mean_ms * count / raw.iter().sum::<f64>();
    raw.into_iter().map(|value| value * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_mean_and_nearly_the_spread_of_the_distribution() {
        let block = block(100.0);
        let count = f64::from(BLOCK);
        let mean = block.iter().sum::<f64>() / count;
        let deviation = (block.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        assert!((mean - 100.0).abs() < 1e-9 && (80.0..100.0).contains(&deviation), "{mean} {deviation}");
    }

    #[test]
    fn a_seed_gives_the_same_times_again_and_another_seed_others() {
        let times = |seed| {
            let mut draw = Draw::new(10.0, true, seed);
            (0..200).map(|_| draw.next_ms()).collect::<Vec<f64>>()
        };
        assert_eq!(times(1), times(1));
        assert_ne!(times(1), times(2));
        assert!((Draw::new(10.0, false, 1).next_ms() - 10.0).abs() < f64::EPSILON);
    }
}
