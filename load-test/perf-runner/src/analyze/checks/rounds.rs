//! Checks on what several rounds of one API say together at one held load.

use std::collections::BTreeSet;

use super::{
    Finding, as_value, counted,
    held::judged,
    limits::{LIMITS, percent},
};
use crate::model::{Check, CheckScope, Verdict};

/// What one round depended on, by name; none where it is not known.
pub type Environment = Vec<(&'static str, Option<String>)>;

/// How many rounds have a valid number. The round is what is replicated: one says
/// nothing about the next. Too few permit no claim; their values stand.
pub fn count(scope: CheckScope, valid: u64) -> Check {
    let verdict = LIMITS.rounds.verdict(valid);
    let rounds = counted(valid, "valid round", "valid rounds");
    let text = match verdict {
        Verdict::Invalid if valid == 1 => format!("{rounds} permits no claim."),
        Verdict::Invalid => format!("{rounds} permit no claim."),
        Verdict::Warn => format!("{rounds} permit a claim, and a weak one."),
        Verdict::Ok | Verdict::Unknown => format!("{rounds}."),
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

/// Rounds in different environments are no rounds of the same thing. A fact that is
/// not known of every round has not been shown to be equal.
pub fn environment(scope: CheckScope, rounds: &[Environment]) -> Check {
    let names: BTreeSet<&str> = rounds.iter().flatten().map(|(name, _)| *name).collect();
    let known = |name: &str| -> Vec<&String> {
        let of_name = rounds.iter().flatten().filter(|(known, _)| *known == name);
        of_name.filter_map(|(_, value)| value.as_ref()).collect()
    };
    let is_differing = |name: &&str| known(name).windows(2).any(|pair| pair[0] != pair[1]);
    let (differing, equal): (Vec<&str>, Vec<&str>) = names.into_iter().partition(is_differing);
    let unknown: Vec<&str> = equal.into_iter().filter(|name| known(name).len() < rounds.len()).collect();
    let (verdict, text) = match (differing.is_empty(), unknown.is_empty()) {
        (false, _) => (Verdict::Invalid, format!("The rounds differ in {}.", differing.join(", "))),
        (_, false) => (Verdict::Unknown, format!("Not known of every round: {}.", unknown.join(", "))),
        (true, true) => (Verdict::Ok, "All rounds had the same environment.".to_owned()),
    };
    let value = (verdict != Verdict::Unknown).then(|| as_value(differing.len() as u64));
    let limit = "any difference is invalid".to_owned();
    super::checked(scope, Finding { id: "environment", value, limit, verdict, text })
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
        let round =
            |build: &str| vec![("processors", Some("0".to_owned())), ("build", Some(build.to_owned()))];
        assert_eq!(environment(run(), &[round("x"), round("x")]).verdict, Verdict::Ok);
        let other = environment(run(), &[round("x"), round("x"), round("y")]);
        assert_eq!((other.verdict, other.value), (Verdict::Invalid, Some(1.0)));
        assert_eq!(other.text, "The rounds differ in build.");
    }

    #[test]
    fn what_is_not_known_of_every_round_does_not_count_as_equal() {
        let round = |build: Option<&str>| vec![("build", build.map(str::to_owned))];
        for rounds in [vec![round(Some("x")), round(None)], vec![round(Some("x")), vec![]], vec![round(None)]]
        {
            let check = environment(run(), &rounds);
            assert_eq!((check.verdict, check.value), (Verdict::Unknown, None));
            assert_eq!(check.text, "Not known of every round: build.");
        }
        let differing = environment(run(), &[round(Some("x")), round(None), round(Some("y"))]);
        assert_eq!(differing.text, "The rounds differ in build.");
    }
}
