//! Short texts that several views share.

use super::source::Source;
use crate::{
    model::{ApiAnalysis, Bound, Capacity, Interval, Knee, PairClaim, PhaseLoad, Reference},
    report::format::{self, counted, in_words},
};

pub(super) fn title(source: &Source<'_>) -> String {
    let apis = source.payload.apis.iter().filter(|api| api.again_of.is_none()).count();
    let rounds = source.payload.rounds.len() as u64;
    format!(
        "{} {}, events of the {} payload, {}",
        in_words(apis),
        if apis == 1 { "API" } else { "APIs" },
        source.payload.payload,
        counted(rounds, "round", "rounds")
    )
}

/// A text in which APIs are called as they are everywhere on the page.
pub(super) fn shortened(source: &Source<'_>, text: &str) -> String {
    match source.left_off() {
        "" => text.to_owned(),
        left_off => text.replace(left_off, ""),
    }
}

pub(in crate::report::view) fn load(load: &PhaseLoad) -> String {
    load.to_string()
}

pub(super) fn reference(reference: Option<&Reference>) -> String {
    match reference {
        None => "no load at which latencies could be compared".to_owned(),
        Some(reference) if reference.is_open => format!("{}, the same for all", load(&reference.load)),
        Some(reference) if reference.is_fair => {
            format!("{}, where every API still keeps up with the load", load(&reference.load))
        }
        Some(reference) => format!(
            "{}, where some APIs no longer keep up: their latencies are waiting time and are not compared",
            load(&reference.load)
        ),
    }
}

/// `1,790 /s`.
pub(super) fn rate(value: f64) -> String {
    format::per_second(Some(value)).text
}

/// `1,750-1,830`, with an en dash.
pub(super) fn rates(interval: Interval) -> String {
    let bare = |value| rate(value).trim_end_matches(" /s").to_owned();
    format!("{}\u{2013}{}", bare(interval.low), bare(interval.high))
}

/// `1.12 (1.09-1.15)`, with an en dash.
pub(super) fn ratio(interval: Interval) -> String {
    format!("{:.2} ({:.2}\u{2013}{:.2})", interval.estimate, interval.low, interval.high)
}

pub(super) fn capacity(capacity: &Capacity) -> String {
    let at_least = if capacity.bound == Some(Bound::Client) { "\u{2265} " } else { "" };
    match capacity.interval {
        Some(interval) => format!("{at_least}{} ({})", rate(capacity.per_s), rates(interval)),
        None => format!("{at_least}{}", rate(capacity.per_s)),
    }
}

pub(super) fn knee(api: &ApiAnalysis) -> String {
    match api.knee {
        Knee::Between { low_vus, high_vus, estimate_vus, is_confirmed } => {
            let loads = match low_vus {
                0 => format!("below {high_vus}"),
                low_vus => format!("{low_vus}\u{2013}{high_vus}"),
            };
            let sure = if is_confirmed { "" } else { ", not confirmed" };
            format!("{loads} VUs (about {estimate_vus:.0}{sure})")
        }
        Knee::NotReached => "not reached".to_owned(),
        Knee::Unknown => "not known".to_owned(),
    }
}

pub(super) fn claim(claim: PairClaim) -> &'static str {
    match claim {
        PairClaim::Different => "differ",
        PairClaim::Small => "differ by little",
        PairClaim::Equal => "equal within 5 %",
        PairClaim::NotResolved => "not resolved",
    }
}

pub(super) fn ms(value: Option<f64>) -> String {
    format::milliseconds(value).text
}

/// Processor time, with the digits that tell two APIs apart.
pub(super) fn seconds(value: f64) -> String {
    if value < 0.1 { format!("{value:.3} s") } else { format!("{value:.2} s") }
}

/// A percentile beyond which too few calls lie is not unmeasured: it must not be shown.
pub(super) fn percentile(value: Option<f64>, calls: u64) -> String {
    value.map_or_else(|| format!("too few calls: {}", format::count(calls).text), |value| ms(Some(value)))
}

/// A figure that may be missing.
pub(super) fn or_missing(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "not measured".to_owned(), text)
}
