//! Checks on how the generator and the service ended.

use super::{Finding, PhaseFacts, as_value, counted, limits::LIMITS};
use crate::model::{ExitMeaning, ResourceSample, ServiceEnd, Target, TestRun, Verdict};

/// The generator's own exit. A good one proves little; a bad one says that its
/// numbers are not to be trusted.
pub(super) fn generator(exit: Option<&ExitMeaning>) -> Finding {
    let (verdict, text) = match exit {
        None => (Verdict::Unknown, "The generator was never started.".to_owned()),
        Some(exit) => {
            let verdict = match exit {
                ExitMeaning { usable: false, .. } => Verdict::Invalid,
                ExitMeaning { code: Some(0), .. } => Verdict::Ok,
                ExitMeaning { .. } => Verdict::Warn,
            };
            (verdict, format!("Generator: {}.", exit.text.trim_end_matches('.')))
        }
    };
    Finding {
        id: "generator_exit",
        value: exit.and_then(|exit| exit.code).map(f64::from),
        limit: "other than 0 warns, an end without usable numbers is invalid".to_owned(),
        verdict,
        text,
    }
}

/// The generator tells its numbers twice, at its end and second by second, and
/// neither account is made from the other. Left out where there is no stream.
pub(super) fn summary_agrees(facts: &PhaseFacts<'_>) -> Option<Finding> {
    let differences = facts.figures?.summary_differences.as_ref()?;
    let limit = LIMITS.summary_differences;
    let count = differences.len() as u64;
    let (verdict, text) = match differences.first() {
        Some(first) if count > limit => (
            Verdict::Invalid,
            format!(
                "The generator's summary and its stream tell {} apart, the first the {}: {} and {}.",
                counted(count, "number", "numbers"),
                first.what,
                first.summary,
                first.stream
            ),
        ),
        _ => (Verdict::Ok, "The generator's summary and its stream tell the same.".to_owned()),
    };
    let limit = format!("> {limit} is invalid");
    Some(Finding { id: "summary_agrees", value: Some(as_value(count)), limit, verdict, text })
}

/// A service that is asked to stop finishes what is in flight and exits with 0. One
/// that ended before it was asked was not there for all of the load.
pub(super) fn service(end: Option<&ServiceEnd>) -> Finding {
    let (verdict, text) = match end {
        None => (Verdict::Unknown, "The service was never started.".to_owned()),
        Some(end) if end.early => {
            (Verdict::Invalid, format!("The service ended before it was asked to, with {}.", last_word(end)))
        }
        Some(end) if end.killed => {
            (Verdict::Warn, "The service did not stop within 10 s and was killed.".to_owned())
        }
        Some(end) if end.is_clean() => {
            (Verdict::Ok, "The service stopped when asked, with exit code 0.".to_owned())
        }
        Some(end) => (Verdict::Warn, format!("The service stopped when asked, but with {}.", last_word(end))),
    };
    Finding {
        id: "service_end",
        value: end.and_then(|end| end.code).map(f64::from),
        limit: "killed or other than 0 warns, ended before it was asked is invalid".to_owned(),
        verdict,
        text,
    }
}

/// The kernel ended something for want of memory while the load ran. Left out where
/// nothing of the host was sampled.
pub(super) fn out_of_memory(run: &TestRun) -> Option<Finding> {
    let of_host = run.samples.as_ref()?.resources.iter().filter(|sample| sample.target == Target::Host);
    let kills = |sample: &ResourceSample| sample.pressure.as_ref()?.get("oom_kills").copied();
    let counts: Vec<Option<f64>> = of_host.map(kills).collect();
    let value = counts.last()?.zip(*counts.first()?).map(|(last, first)| last - first);
    let limit = LIMITS.oom_kills;
    let killed = run.service.as_ref().is_some_and(|end| end.early);
    let (verdict, text) = match value {
        None => (Verdict::Unknown, "It was not measured.".to_owned()),
        Some(kills) if kills <= as_value(limit) => {
            (Verdict::Ok, "The kernel ended nothing for want of memory.".to_owned())
        }
        Some(_) if killed => (
            Verdict::Invalid,
            "The kernel ended a process for want of memory, and the service is gone.".to_owned(),
        ),
        Some(_) => {
            (Verdict::Warn, "The kernel ended a process for want of memory; not the service.".to_owned())
        }
    };
    let limit = format!("> {limit} warns, the service's end is invalid");
    Some(Finding { id: "out_of_memory", value, limit, verdict, text })
}

fn last_word(end: &ServiceEnd) -> String {
    match (end.code, end.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown exit".to_owned(),
    }
}
