//! Campaigns whose truth is known, to see how often the analysis claims what is not
//! so. Every value is a normal one on logs, with an effect of its round, as the
//! method assumes; unequal spreads show what happens when it does not hold.

use rand::{Rng, RngExt as _, SeedableRng as _, rngs::StdRng};

use super::statistics::{CLAIM_ROUNDS, Critical, Family, mean_ratio_interval, real};
use crate::model::PairClaim;

/// How far rounds differ from each other, for all APIs alike: on logs.
const ROUND_SD: f64 = 0.03;

/// What is simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// The true value of each API.
    pub values: Vec<f64>,
    /// The standard deviation of each API's rounds, on logs.
    pub sds: Vec<f64>,
    /// Rounds of one campaign.
    pub rounds: usize,
}

/// What came of it, as shares of all campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Outcome {
    /// Campaigns with at least one claim of a difference between equal APIs.
    pub false_families: f64,
    /// Campaigns in which every pair's interval covered the true ratio.
    pub covered_families: f64,
    /// Intervals of one API that covered its true value, of all of them.
    pub covered_bars: f64,
    /// Claims of a difference, of all pairs that differ. Not a number without such pairs.
    pub power: f64,
    /// Mean half width of the pairs' intervals, as a share.
    pub half_width: f64,
}

impl Truth {
    /// Six APIs of equal value; the first is above the others by this share.
    pub fn six(first_above: f64, rounds: usize, sds: [f64; 6]) -> Self {
        let mut values = vec![1_000.0; 6];
        values[0] *= 1.0 + first_above;
        Self { values, sds: sds.to_vec(), rounds }
    }
}

/// Makes this many campaigns from a seed and counts. None with fewer rounds than a
/// claim needs or fewer than two APIs.
pub fn simulate(truth: &Truth, campaigns: usize, seed: u64) -> Option<Outcome> {
    let apis = truth.values.len();
    if truth.rounds < CLAIM_ROUNDS || apis < 2 {
        return None;
    }
    let critical = Critical::new(apis, truth.rounds);
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    for _ in 0..campaigns {
        let logs = campaign(truth, &mut random);
        tally.add(truth, &Family::judged(&logs, critical)?);
        tally.add_bars(truth, &logs);
    }
    Some(tally.shares(campaigns, apis))
}

fn campaign(truth: &Truth, random: &mut StdRng) -> Vec<Vec<f64>> {
    let rounds: Vec<f64> = (0..truth.rounds).map(|_| ROUND_SD * normal(random)).collect();
    let of_api = |(value, sd): (&f64, &f64)| {
        let logs: Vec<f64> = rounds.iter().map(|round| value.ln() + round + sd * normal(random)).collect();
        logs
    };
    truth.values.iter().zip(&truth.sds).map(of_api).collect()
}

#[derive(Default)]
struct Tally {
    false_families: usize,
    covered_families: usize,
    covered_bars: usize,
    different: usize,
    claimed: usize,
    half_widths: f64,
}

impl Tally {
    fn add(&mut self, truth: &Truth, family: &Family) {
        let (mut is_false, mut is_covered) = (false, true);
        for pair in &family.pairs {
            let true_ratio = truth.values[pair.of] / truth.values[pair.to];
            let is_claimed = pair.claim() == PairClaim::Different;
            let is_equal = (true_ratio - 1.0).abs() < 1e-12;
            is_false |= is_claimed && is_equal;
            is_covered &= pair.ratio().covers(true_ratio);
            self.different += usize::from(!is_equal);
            self.claimed += usize::from(!is_equal && is_claimed);
            self.half_widths += pair.half().exp_m1() / real(family.pairs.len());
        }
        self.false_families += usize::from(is_false);
        self.covered_families += usize::from(is_covered);
    }

    fn add_bars(&mut self, truth: &Truth, logs: &[Vec<f64>]) {
        for (row, value) in logs.iter().zip(&truth.values) {
            let values: Vec<f64> = row.iter().map(|log| log.exp()).collect();
            let is_covered = mean_ratio_interval(&values).is_some_and(|interval| interval.covers(*value));
            self.covered_bars += usize::from(is_covered);
        }
    }

    fn shares(&self, campaigns: usize, apis: usize) -> Outcome {
        let share = |count: usize| real(count) / real(campaigns);
        Outcome {
            false_families: share(self.false_families),
            covered_families: share(self.covered_families),
            covered_bars: share(self.covered_bars) / real(apis),
            power: real(self.claimed) / real(self.different),
            half_width: self.half_widths / real(campaigns),
        }
    }
}

/// A standard normal value, by Box and Muller.
fn normal(random: &mut impl Rng) -> f64 {
    // 1 - u is never 0, so its logarithm is finite.
    let (radius, angle): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (2.0 * std::f64::consts::PI * angle).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A short run of what the command prints in full; wide enough that chance does
    /// not decide, and seeded, so that it never does.
    #[test]
    fn false_claims_stay_rare_and_differences_are_found() {
        let equal = simulate(&Truth::six(0.0, 5, [0.02; 6]), 1_000, 7).unwrap();
        assert!(equal.false_families <= 0.06, "{equal:?}");
        assert!(equal.covered_families >= 0.94, "{equal:?}");
        let apart = simulate(&Truth::six(0.05, 5, [0.02; 6]), 300, 8).unwrap();
        assert!((0.60..0.80).contains(&apart.power), "{apart:?}");
    }

    #[test]
    fn one_apis_bar_covers_its_truth_as_often_as_it_says() {
        let outcome = simulate(&Truth::six(0.0, 3, [0.02; 6]), 100, 9).unwrap();
        assert!((0.90..=1.0).contains(&outcome.covered_bars), "{outcome:?}");
    }

    #[test]
    fn two_rounds_cannot_be_simulated_as_claims() {
        assert_eq!(simulate(&Truth::six(0.0, 2, [0.02; 6]), 10, 1), None);
    }
}
