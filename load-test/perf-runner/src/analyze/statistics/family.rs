//! All pairs of a comparison at once: an additive model of treatment and round on
//! logarithms, Tukey's simultaneous intervals, and the plain paired t interval
//! beside them. A difference is claimed only when both exclude it.

use super::{
    CLAIM_ROUNDS, CompleteBlocks, EQUAL_RATIO, PRACTICAL_RATIO, mean, real, standard_deviation, student_t,
    studentized_range,
};
use crate::model::{Interval, PairClaim};

/// Two logarithms that differ by less than this are equal: it is what is left of a
/// difference when values agree to the digit.
const ROUNDING: f64 = 1e-9;

/// Numbers of rounds that are tried for "about so many would resolve it"; beyond the
/// last one the answer is that it takes very many.
const MORE_ROUNDS: [usize; 24] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200];

/// The comparison of several treatments over complete rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Mean logarithm of each treatment.
    pub means: Vec<f64>,
    /// Complete rounds.
    pub rounds: usize,
    /// Residual standard deviation on logs, with (treatments - 1)(rounds - 1) degrees of freedom.
    pub residual: f64,
    /// Each treatment against each later one.
    pub pairs: Vec<Pair>,
}

/// One treatment against another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Position of the one whose ratio this is.
    pub of: usize,
    /// Position of the one it is held against.
    pub to: usize,
    /// Natural logarithm of the ratio.
    pub log_ratio: f64,
    /// Half width of the simultaneous 95 % interval, on logs.
    pub simultaneous_half: f64,
    /// Half width of the plain paired 95 % t interval, on logs.
    pub paired_half: f64,
    /// Standard deviation of the rounds' differences, on logs.
    pub spread: f64,
}

/// How many standard errors wide the intervals of a comparison are. It depends on
/// the numbers of treatments and rounds only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Critical {
    /// The studentized range of all treatments, 95 %.
    pub simultaneous: f64,
    /// The t statistic of one pair's differences, 95 %.
    pub paired: f64,
}

impl Critical {
    /// For this many treatments and rounds.
    pub fn new(treatments: usize, rounds: usize) -> Self {
        Self {
            simultaneous: studentized_range(0.95, treatments, degrees_of_freedom(treatments, rounds)),
            paired: student_t(0.95, real(rounds) - 1.0),
        }
    }
}

impl Family {
    /// Compares what is in the blocks; none when that is fewer than two treatments
    /// or three rounds.
    pub fn new(blocks: &CompleteBlocks) -> Option<Self> {
        let (treatments, rounds) = (blocks.logs.len(), blocks.rounds.len());
        let is_enough = treatments >= 2 && rounds >= CLAIM_ROUNDS;
        if is_enough { Self::judged(&blocks.logs, Critical::new(treatments, rounds)) } else { None }
    }

    /// The same with critical values that are known already: logarithms by treatment
    /// and round, all of them there.
    pub fn judged(logs: &[Vec<f64>], critical: Critical) -> Option<Self> {
        let (treatments, rounds) = (logs.len(), logs.first()?.len());
        let means: Vec<f64> = logs.iter().map(|row| mean(row)).collect::<Option<_>>()?;
        let residual = residual(logs, &means)?;
        let simultaneous_half = critical.simultaneous * residual / real(rounds).sqrt();
        let mut pairs = Vec::new();
        for (of, to) in (0..treatments).flat_map(|of| (of + 1..treatments).map(move |to| (of, to))) {
            let differences: Vec<f64> = logs[of].iter().zip(&logs[to]).map(|(a, b)| a - b).collect();
            let spread = standard_deviation(&differences)?;
            let paired_half = critical.paired * spread / real(rounds).sqrt();
            pairs.push(Pair {
                of,
                to,
                log_ratio: mean(&differences)?,
                simultaneous_half,
                paired_half,
                spread,
            });
        }
        Some(Self { means, rounds, residual, pairs })
    }

    /// How narrow intervals would be after more rounds; the same for all pairs.
    pub fn outlook(&self) -> Vec<Outlook> {
        let treatments = self.means.len();
        MORE_ROUNDS
            .into_iter()
            .filter(|rounds| *rounds >= self.rounds)
            .map(|rounds| Outlook { rounds, critical: Critical::new(treatments, rounds) })
            .collect()
    }

    /// Rounds after which this pair's interval would be about +-5 % wide, as far as
    /// the spread seen so far tells; none when it would take very many.
    pub fn rounds_for_5_percent(&self, pair: &Pair, outlook: &[Outlook]) -> Option<usize> {
        let is_enough = |outlook: &&Outlook| {
            let simultaneous = outlook.critical.simultaneous * self.residual;
            let half = simultaneous.max(outlook.critical.paired * pair.spread) / real(outlook.rounds).sqrt();
            half <= EQUAL_RATIO.ln()
        };
        outlook.iter().find(is_enough).map(|outlook| outlook.rounds)
    }
}

/// What a number of rounds would give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// So many rounds.
    pub rounds: usize,
    /// How many standard errors wide intervals are then.
    pub critical: Critical,
}

impl Pair {
    /// The wider of the two half widths: its interval excludes 1 exactly when both do.
    pub fn half(&self) -> f64 {
        self.simultaneous_half.max(self.paired_half)
    }

    /// The ratio with the interval that claims are made from.
    pub fn ratio(&self) -> Interval {
        Interval::of_logs(self.log_ratio, self.half())
    }

    /// What may be said of it.
    pub fn claim(&self) -> PairClaim {
        claim(self.log_ratio, self.half())
    }
}

/// What may be said of a ratio, given as its logarithm with the half width of its
/// interval.
pub fn claim(log_ratio: f64, half: f64) -> PairClaim {
    let excludes_one = log_ratio.abs() > half + ROUNDING;
    let ratio = Interval::of_logs(log_ratio, half);
    if excludes_one && log_ratio.abs() > PRACTICAL_RATIO.ln() {
        PairClaim::Different
    } else if excludes_one {
        PairClaim::Small
    } else if ratio.low >= 1.0 / EQUAL_RATIO && ratio.high <= EQUAL_RATIO {
        PairClaim::Equal
    } else {
        PairClaim::NotResolved
    }
}

/// What is left of the values when the effects of treatment and round are taken out.
fn residual(logs: &[Vec<f64>], means: &[f64]) -> Option<f64> {
    let rounds = logs.first()?.len();
    let grand = mean(means)?;
    let mut squares = 0.0;
    for round in 0..rounds {
        let column: Vec<f64> = logs.iter().map(|row| row[round]).collect();
        let of_round = mean(&column)? - grand;
        squares += column.iter().zip(means).map(|(y, mean)| (y - mean - of_round).powi(2)).sum::<f64>();
    }
    Some((squares / degrees_of_freedom(logs.len(), rounds)).sqrt())
}

fn degrees_of_freedom(treatments: usize, rounds: usize) -> f64 {
    (real(treatments) - 1.0) * (real(rounds) - 1.0)
}

#[cfg(test)]
mod tests;
