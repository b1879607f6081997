//! Events in words, the same for a terminal and a log.

use std::collections::BTreeMap;

use super::{Event, Loading, PhaseEnd};
use crate::model::Target;

/// `12.3 s`, `850 ms`.
pub(super) fn duration(ms: f64) -> String {
    if ms >= 1000.0 { format!("{:.1} s", ms / 1000.0) } else { format!("{ms:.0} ms") }
}

/// One line for an event that deserves a line of its own; none for the others.
pub(super) fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::WorkBegan { what } => format!("{what} ..."),
        Event::WorkEnded { what, took_ms } => format!("{what}: done in {}", duration(*took_ms)),
        Event::WorkFailed { what } => format!("{what}: failed"),
        Event::RunBegan { number, of, api, .. } => format!("test run {number}/{of}: {api}"),
        Event::WorkProgress { .. } | Event::StepBegan { .. } | Event::Loading(_) | Event::Used { .. } => {
            return None;
        }
        Event::PhaseEnded(end) => format!("  {}", phase_end(end)),
        Event::StepEnded { step, took_ms } => format!("  {step}: {}", duration(*took_ms)),
        Event::RunEnded { status, summary, .. } => format!("  {status}: {summary}"),
        Event::Warning { text } => format!("warning: {text}"),
        Event::Note { text } => text.clone(),
    })
}

/// `p2 (50 VUs): 488.2/s, p50 1.93 ms, p99 6.41 ms, no errors`.
fn phase_end(end: &PhaseEnd) -> String {
    let PhaseEnd { phase, load, window_ms, acknowledged, failed, unknown, dropped, p50_ms, p99_ms } = end;
    let mut words = vec![rate(*acknowledged, *window_ms)];
    words.extend(quantiles(*p50_ms, *p99_ms));
    words.push(errors(*failed, *unknown));
    if *dropped > 0 {
        words.push(format!("{dropped} dropped"));
    }
    format!("{phase} ({load}): {}", words.join(", "))
}

fn quantiles(p50_ms: Option<f64>, p99_ms: Option<f64>) -> impl Iterator<Item = String> {
    let quantile = |(name, ms): (&str, Option<f64>)| Some(format!("{name} {}", milliseconds(ms?)));
    [("p50", p50_ms), ("p99", p99_ms)].into_iter().filter_map(quantile)
}

/// Where a load is: `p2/4 50 VUs, 38 s of 120 s, 4:12 left`.
pub(super) fn place(loading: &Loading) -> String {
    let Loading { number, of, load, held_ms, hold_ms, settling, left_ms, .. } = loading;
    let state = match (settling, held_ms > hold_ms) {
        (true, _) => " (settling)",
        (_, true) => " (ended)",
        _ => "",
    };
    format!(
        "p{number}/{of} {load}{state}, {} s of {} s, {} left",
        held_ms.min(hold_ms) / 1000,
        hold_ms / 1000,
        clock(*left_ms)
    )
}

/// What its last second was: `1538/s, p50 28.0 ms, p99 91.0 ms, no errors, 200 VUs`;
/// nothing before the first.
pub(super) fn last_second(loading: &Loading) -> String {
    let Some(second) = &loading.second else { return String::new() };
    let mut words = vec![format!("{}/s", second.acknowledged)];
    words.extend(quantiles(second.p50_ms, second.p99_ms));
    words.push(errors(second.failed, second.unknown));
    words.extend(second.vus.map(|vus| format!("{vus:.0} VUs")));
    words.join(", ")
}

/// `cpu api 0.94, k6 0.71, postgres 1.20, host 1.98`: processors kept busy.
pub(super) fn used(cores: &BTreeMap<Target, f64>) -> String {
    let words: Vec<String> = cores.iter().map(|(target, cores)| format!("{target} {cores:.2}")).collect();
    if words.is_empty() { String::new() } else { format!("cpu {}", words.join(", ")) }
}

fn errors(failed: u64, unknown: u64) -> String {
    match (failed, unknown) {
        (0, 0) => "no errors".to_owned(),
        (failed, 0) => format!("{failed} failed"),
        (0, unknown) => format!("{unknown} unknown"),
        (failed, unknown) => format!("{failed} failed, {unknown} unknown"),
    }
}

#[allow(clippy::cast_precision_loss)] // For people.
fn rate(count: u64, window_ms: f64) -> String {
    if window_ms > 0.0 {
        format!("{:.1}/s", count as f64 * 1000.0 / window_ms)
    } else {
        format!("{count} events")
    }
}

fn milliseconds(ms: f64) -> String {
    let digits = if ms < 10.0 { 2 } else { usize::from(ms < 100.0) };
    format!("{ms:.digits$} ms")
}

/// `4:12`.
fn clock(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::LiveSecond;

    pub(in super::super) fn loading() -> Loading {
        Loading {
            api: "producer-api-go-rest".to_owned(),
            phase: "p2".to_owned(),
            number: 2,
            of: 4,
            load: "50 VUs".to_owned(),
            held_ms: 38_400,
            hold_ms: 120_000,
            settling: false,
            left_ms: 251_100,
            second: Some(LiveSecond {
                phase: "p2".to_owned(),
                second: 169,
                acknowledged: 1_538,
                failed: 2,
                unknown: 1,
                p50_ms: Some(28.04),
                p99_ms: Some(191.0),
                vus: Some(50.0),
            }),
        }
    }

    #[test]
    fn a_load_is_told_by_place_and_last_second() {
        assert_eq!(place(&loading()), "p2/4 50 VUs, 38 s of 120 s, 4:12 left");
        assert_eq!(last_second(&loading()), "1538/s, p50 28.0 ms, p99 191 ms, 2 failed, 1 unknown, 50 VUs");
        let begun = Loading { settling: true, second: None, ..loading() };
        assert_eq!(place(&begun), "p2/4 50 VUs (settling), 38 s of 120 s, 4:12 left");
        assert_eq!(last_second(&begun), "");
        let gap = Loading { held_ms: 125_000, ..loading() };
        assert!(place(&gap).starts_with("p2/4 50 VUs (ended), 120 s of 120 s"));
        assert_eq!(
            used(&BTreeMap::from([(Target::Api, 0.936), (Target::Host, 2.0)])),
            "cpu api 0.94, host 2.00"
        );
    }

    #[test]
    fn a_phase_ends_in_one_line() {
        let end = PhaseEnd {
            phase: "p2".to_owned(),
            load: "50 VUs".to_owned(),
            window_ms: 110_000.0,
            acknowledged: 53_702,
            failed: 0,
            unknown: 0,
            dropped: 0,
            p50_ms: Some(1.926),
            p99_ms: Some(6.41),
        };
        let line = line(&Event::PhaseEnded(end)).unwrap();
        assert_eq!(line, "  p2 (50 VUs): 488.2/s, p50 1.93 ms, p99 6.41 ms, no errors");
    }
}
