//! What is said of a gate.

use std::collections::BTreeSet;

use super::{Amount, Beyond, Gate, Percentile, Subject, evaluate::Measured};
use crate::model::{Bound, Capacity, GateVerdict, JudgedBy, PayloadSize, PhaseLoad};

/// Where something was measured: `producer-api-go-rest at 100 VUs`.
pub(super) fn head(payload: Option<PayloadSize>, apis: &[String], load: Option<&PhaseLoad>) -> String {
    let payload = payload.map_or(String::new(), |payload| format!("{payload} payload, "));
    let load = load.map_or(String::new(), |known| format!(" at {known}"));
    format!("{payload}{}{load}", apis.join(" to "))
}

/// `1 round`, `5 rounds`.
pub(super) fn rounds(count: usize) -> String {
    format!("{count} {}", if count == 1 { "round" } else { "rounds" })
}

pub(super) fn of_calls(errors: u64, calls: u64) -> String {
    format!("{errors} of {calls} calls")
}

/// What a capacity rests on, and who else set the number.
pub(super) fn sustained(of: &[(&str, &Capacity)], rounds: usize) -> String {
    let set_by = |(api, capacity): &(&str, &Capacity)| match capacity.bound? {
        Bound::Client => Some(format!("the client set the number of {api}")),
        Bound::Database => Some(format!("the database set the number of {api}")),
        Bound::Host => Some(format!("the host set the number of {api}")),
    };
    let parts: Vec<String> = [self::rounds(rounds)].into_iter().chain(of.iter().filter_map(set_by)).collect();
    parts.join("; ")
}

pub(super) fn too_few_rounds(usable: usize, planned: usize, ruled_out_by: &BTreeSet<String>) -> String {
    let checks: Vec<String> = ruled_out_by.iter().map(|check| check.replace('_', " ")).collect();
    let why = if checks.is_empty() { String::new() } else { format!(" ({})", checks.join(", ")) };
    format!("{usable} of {} can be used{why}", rounds(planned))
}

pub(super) fn unknown(gate: &Gate, head: &str, reason: &str) -> String {
    format!("{head}: {} is not known, which breaks the gate: {reason}.", what(gate))
}

pub(super) fn judged(
    gate: &Gate,
    head: &str,
    measured: &Measured,
    (verdict, judged_by): (GateVerdict, JudgedBy),
) -> String {
    let value = amount(gate, measured.value);
    let basis = match measured.interval {
        Some(interval) => {
            format!("95 % CI {}\u{2013}{}, {}", number(interval.low), number(interval.high), measured.basis)
        }
        None => measured.basis.clone(),
    };
    let side = match gate.beyond {
        Beyond::Above => "above",
        Beyond::Below => "below",
    };
    let whose = match judged_by {
        JudgedBy::LowerEnd => "the lower end",
        JudgedBy::UpperEnd => "the upper end",
        JudgedBy::Value => "the value",
    };
    let is = if verdict == GateVerdict::Broken { "is" } else { "is not" };
    let is_value_beyond = match gate.beyond {
        Beyond::Above => measured.value > gate.limit,
        Beyond::Below => measured.value < gate.limit,
    };
    let unsure = if verdict == GateVerdict::Held && is_value_beyond { ", though the value is" } else { "" };
    let limit = amount(gate, gate.limit);
    format!("{head}: {} {value} ({basis}); {whose} {is} {side} {limit}{unsure}.", what(gate))
}

fn what(gate: &Gate) -> &'static str {
    match &gate.subject {
        Subject::Latency(Percentile::P50, _) => "p50",
        Subject::Latency(Percentile::P95, _) => "p95",
        Subject::Latency(Percentile::P99, _) => "p99",
        Subject::Throughput(target) if target.load.is_none() => "sustained throughput",
        Subject::Throughput(_) => "throughput",
        Subject::Errors(..) => "errors",
        Subject::Ratio(..) => "ratio of sustained throughput",
    }
}

fn amount(gate: &Gate, value: f64) -> String {
    let number = number(value);
    match &gate.subject {
        Subject::Latency(..) => format!("{number} ms"),
        Subject::Throughput(_) => format!("{number}/s"),
        Subject::Errors(Amount::Percent, _) => format!("{number} %"),
        Subject::Errors(Amount::Calls, _) | Subject::Ratio(..) => number,
    }
}

/// Four digits that matter, without zeros that do not.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        large if large >= 1000.0 => 0,
        large if large >= 100.0 => 1,
        large if large >= 10.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
