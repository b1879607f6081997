//! Checks on a load that was held: does the closed or open model hold, and was the
//! phase long and steady enough to be a number?

use super::{
    Finding, PhaseFacts, as_value, counted,
    limits::{LIMITS, ShareLimit, percent},
};
use crate::model::{PhaseLoad, Target, Verdict, WindowFigures, samples_needed};

/// A window that is shorter has fewer bins than a line needs to have a slope.
const SLOPE_MS: f64 = 15_000.0;

/// The identity N = X (R + Z) over any window, kept with what the generator counted.
/// A miss is a fault of the measurement, never an opinion on an API.
pub(super) fn little(facts: &PhaseFacts<'_>) -> Option<Finding> {
    let _closed = facts.vus()?;
    let of = |window: &WindowFigures| Some((window.time_weighted_vus?, window.mean_vus?));
    let measured = facts.window().and_then(of).filter(|(_, there)| *there > 0.0);
    Some(judged("little", LIMITS.little, measured, |(busy, there)| {
        let off = (busy / there - 1.0).abs();
        let text = format!(
            "Calls and pauses fill the time of {busy:.2} VUs and {there:.2} were there: {} apart.",
            percent(off)
        );
        (off, text)
    }))
}

/// What the client itself took of each iteration: connecting, scripting, stalling.
pub(super) fn client_overhead(facts: &PhaseFacts<'_>) -> Option<Finding> {
    let _closed = facts.vus()?;
    let of = |window: &WindowFigures| Some((window.client_overhead_ms?, window.mean_call_ms?));
    let pause_ms = as_value(facts.campaign.plan.think_time_ms);
    let measured = facts.window().and_then(of).filter(|(_, call_ms)| call_ms + pause_ms > 0.0);
    Some(judged("client_overhead", LIMITS.client_overhead, measured, |(overhead_ms, call_ms)| {
        let share = overhead_ms / (call_ms + pause_ms);
        let text = format!(
            "Beside a call of {call_ms:.2} ms and a pause of {pause_ms} ms the client took {overhead_ms:.3} ms \
             of each iteration, {} of the two.",
            percent(share)
        );
        (share.abs(), text)
    }))
}

/// Near what so many VUs can do at most, the number is the client's.
pub(super) fn client_limited(facts: &PhaseFacts<'_>) -> Option<Finding> {
    let vus = facts.vus()?;
    let pause_ms = as_value(facts.campaign.plan.think_time_ms);
    let measured = facts.rate_per_s().zip(facts.lowest_call_ms()).map(|(rate, call_ms)| {
        let most = f64::from(vus) * 1000.0 / (call_ms + pause_ms);
        (rate, call_ms, most)
    });
    Some(judged("client_limited", LIMITS.client_limit, measured, |(rate, call_ms, most)| {
        let share = rate / most;
        let verdict = if share > LIMITS.client_limit.warn_above {
            format!("At least {rate:.1}/s; the client set this number")
        } else {
            format!("{rate:.1}/s")
        };
        let text = format!(
            "{verdict}: {vus} VUs can make {most:.1}/s with the lowest load's call of {call_ms:.2} ms and a \
             pause of {pause_ms} ms, and {} of that was reached.",
            percent(share)
        );
        (share, text)
    }))
}

/// The open model: what was offered must have been begun.
pub(super) fn arrival_rate(facts: &PhaseFacts<'_>) -> Option<Finding> {
    let PhaseLoad::Rate { per_s, .. } = facts.planned.load else { return None };
    let offered = f64::from(per_s);
    let begun = facts.window().and_then(|window| window.per_s(window.attempts?));
    let measured = begun.filter(|_| offered > 0.0);
    Some(judged("arrival_rate", LIMITS.offered_missed, measured, |achieved| {
        let text = format!("{achieved:.1} of {offered}/s offered calls were begun.");
        ((1.0 - achieved / offered).max(0.0), text)
    }))
}

/// A load that is still going up or down has no throughput of its own.
pub(super) fn steady_state(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let slope = facts.window().and_then(|window| window.slope);
    let length_ms = facts.window().map(WindowFigures::length_ms);
    let mut finding = judged("steady_state", LIMITS.slope, slope, |slope| {
        let way = if slope < 0.0 { "fell" } else { "rose" };
        (
            slope.abs(),
            format!("Over the window the throughput {way} by {} of its mean.", percent(slope.abs())),
        )
    });
    if let Some(length_ms) = length_ms.filter(|length_ms| finding.value.is_none() && *length_ms < SLOPE_MS) {
        finding.text = format!(
            "A slope takes three bins of 5 s, and the window has {:.0} s.",
            (length_ms / 1000.0).floor()
        );
    }
    Some(finding)
}

/// What ended early was not held.
pub(super) fn cut_short(facts: &PhaseFacts<'_>) -> Option<Finding> {
    let planned_s = as_value(facts.planned.load.hold_ms()?) / 1000.0;
    let last = facts.figures.and_then(|figures| figures.seconds.iter().map(|second| second.second).max());
    let measured = last.filter(|_| planned_s > 0.0).map(|last| f64::from(last) + 1.0);
    Some(judged("cut_short", LIMITS.cut_short, measured, |seen_s| {
        // The second that it ends in need not have anything in it.
        let missing = (planned_s - seen_s - 1.0).max(0.0) / planned_s;
        let text = if missing > 0.0 {
            format!("The load was seen for {seen_s} s of {planned_s} s planned.")
        } else {
            format!("The load was held for {planned_s} s as planned.")
        };
        (missing, text)
    }))
}

/// Few calls say little, and least of all about the slowest of them.
pub(super) fn requests_in_window(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let limit = LIMITS.requests;
    let calls = facts.window().and_then(|window| window.attempts.or(window.iterations));
    let (verdict, text) = match calls {
        None => (Verdict::Unknown, unmeasured(facts)),
        Some(calls) => {
            let most = [0.999, 0.99, 0.95, 0.9, 0.5].into_iter().find(|p| calls >= samples_needed(*p));
            let carried =
                most.map_or("no percentile".to_owned(), |p| format!("percentiles up to {}", p * 100.0));
            (limit.verdict(calls), format!("{calls} calls in the window carry {carried}."))
        }
    };
    let value = calls.map(as_value);
    Some(Finding { id: "requests_in_window", value, limit: limit.in_words(), verdict, text })
}

/// A client that connects again and again measures its ports.
pub(super) fn connections(facts: &PhaseFacts<'_>) -> Finding {
    let vus = facts.planned.load.max_vus().max(1);
    let opened = facts.figures.and_then(|figures| figures.connections_opened);
    let limit = LIMITS.connections_per_vu;
    judged("connections", limit, opened, |opened| {
        let connections = counted(opened, "connection was", "connections were");
        let text = format!("{connections} opened for {}.", counted(u64::from(vus), "VU", "VUs"));
        (as_value(opened) / f64::from(vus), text)
    })
}

/// Ports that are in use or wait out their time cannot be used again.
pub(super) fn ports(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let there = facts.campaign.host.ephemeral_ports.map(|(first, last)| last.saturating_sub(first));
    let sockets = facts.window().and_then(|window| window.resources.get(&Target::K6)?.sockets_max.as_ref());
    let used = sockets.map(|states| states.values().fold(0_u64, |sum, count| sum.saturating_add(*count)));
    let opened = facts.figures.and_then(|figures| figures.connections_opened);
    // Where nobody looked at the sockets, each connection may have taken a port.
    let used = used.max(opened);
    let measured = used.zip(there.filter(|there| *there > 0));
    Some(judged("ports", LIMITS.ports, measured, |(used, there)| {
        let share = as_value(used) / f64::from(there);
        (share, format!("The client took up to {used} of {there} ports, {}.", percent(share)))
    }))
}

/// A finding from what was measured; unknown where it was not.
pub(super) fn judged<T>(
    id: &'static str,
    limit: ShareLimit,
    measured: Option<T>,
    judge: impl FnOnce(T) -> (f64, String),
) -> Finding {
    let (value, verdict, text) = match measured.map(judge) {
        Some((value, text)) if value.is_finite() => (Some(value), limit.verdict(value), text),
        _ => (None, Verdict::Unknown, "It was not measured.".to_owned()),
    };
    Finding { id, value, limit: limit.in_words(), verdict, text }
}

fn unmeasured(facts: &PhaseFacts<'_>) -> String {
    match facts.figures {
        None => "The phase was never begun.".to_owned(),
        Some(_) => "It was not measured.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
