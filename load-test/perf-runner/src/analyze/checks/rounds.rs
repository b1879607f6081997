//! Checks on what several rounds of one API say together. Their scope is the
//! campaign's affair; these give value, verdict and words.

use super::{
    Finding, as_value,
    held::judged,
    limits::{self, LIMITS, percent},
};
use crate::model::{Check, CheckScope, Verdict};

/// How many rounds have a valid number. The round is what is replicated: one says
/// nothing about the next.
pub fn count(scope: CheckScope, valid: u64) -> Check {
    let verdict = LIMITS.rounds.verdict(valid);
    let text = match verdict {
        Verdict::Invalid => format!("{valid} valid rounds permit no claim."),
        Verdict::Warn => format!("{valid} valid rounds permit a claim, and a weak one."),
        Verdict::Ok | Verdict::Unknown => format!("{valid} valid rounds."),
    };
    let limit = LIMITS.rounds.in_words();
    super::checked(scope, Finding { id: "rounds", value: Some(as_value(valid)), limit, verdict, text })
}

/// How much the throughput, per second, differs from round to round: the standard
/// deviation of its logarithm, which is a share for small ones.
pub fn noise(scope: CheckScope, throughputs_per_s: &[f64]) -> Check {
    let measured = deviation_of_logs(throughputs_per_s);
    let finding = judged("noise", LIMITS.noise, measured, |deviation| {
        let rounds = throughputs_per_s.len();
        (deviation, format!("Over {rounds} rounds the throughput varies by {}.", percent(deviation)))
    });
    super::checked(scope, finding)
}

/// Rounds in different environments are no rounds of the same thing. Each round
/// is given by what it depends on, in words, by name: processor, limits, build.
pub fn environment(scope: CheckScope, rounds: &[Vec<(&str, &str)>]) -> Check {
    let first = rounds.first();
    let differing: Vec<&str> = first
        .into_iter()
        .flatten()
        .filter(|fact| rounds.iter().any(|round| !round.contains(fact)))
        .map(|(name, _)| *name)
        .collect();
    let (verdict, text) = match (first, differing.is_empty()) {
        (None, _) => (Verdict::Unknown, "No round was made.".to_owned()),
        (_, true) => (Verdict::Ok, "All rounds had the same environment.".to_owned()),
        (_, false) => (Verdict::Invalid, format!("The rounds differ in {}.", differing.join(", "))),
    };
    let value = first.map(|_| as_value(differing.len() as u64));
    let limit = "any difference is invalid".to_owned();
    let finding = Finding { id: "environment", value, limit, verdict, text };
    Check { limits_version: limits::VERSION, ..super::checked(scope, finding) }
}

/// None of fewer than two, or where one of them is no throughput.
fn deviation_of_logs(values: &[f64]) -> Option<f64> {
    if values.len() < 2 || values.iter().any(|value| !value.is_finite() || *value <= 0.0) {
        return None;
    }
    let count = as_value(values.len() as u64);
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let mean = logs.iter().sum::<f64>() / count;
    let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
    Some((squares / (count - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> CheckScope {
        CheckScope::Run
    }

    #[test]
    fn few_rounds_warn_and_fewer_permit_no_claim() {
        let verdicts = [2, 3, 4, 5].map(|valid| count(run(), valid).verdict);
        assert_eq!(verdicts, [Verdict::Invalid, Verdict::Warn, Verdict::Warn, Verdict::Ok]);
    }

    #[test]
    fn rounds_that_differ_by_much_are_noise() {
        // Two values of x and x e^d deviate by d / sqrt 2.
        let two = |deviation: f64| [1000.0, 1000.0 * (deviation * 2_f64.sqrt()).exp()];
        let verdict = |deviation| noise(run(), &two(deviation)).verdict;
        assert_eq!([0.029, 0.031, 0.099, 0.101].map(verdict), {
            use Verdict::{Invalid, Ok, Warn};
            [Ok, Warn, Warn, Invalid]
        });
        assert_eq!(noise(run(), &[1.0]).verdict, Verdict::Unknown);
        assert_eq!(noise(run(), &[1.0, 0.0]).verdict, Verdict::Unknown);
        assert!(noise(run(), &two(0.05)).text.contains("5 %"));
    }

    #[test]
    fn rounds_in_another_environment_are_told_by_what_differs() {
        let round = |build| vec![("processor", "a"), ("build", build)];
        assert_eq!(environment(run(), &[round("x"), round("x")]).verdict, Verdict::Ok);
        let other = environment(run(), &[round("x"), round("x"), round("y")]);
        assert_eq!((other.verdict, other.value), (Verdict::Invalid, Some(1.0)));
        assert_eq!(other.text, "The rounds differ in build.");
        let more = vec![("processor", "a")];
        assert_eq!(environment(run(), &[round("x"), more]).verdict, Verdict::Invalid, "one is not known");
        assert_eq!(environment(run(), &[]).verdict, Verdict::Unknown);
    }
}
