use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FailureKind, Quantiles};

/// What the generator writes at its end into [`GeneratorSummary::FILE`]: exact
/// counts and quantiles per phase. Every field is required and no other is
/// accepted: a number that is not there must never turn into a zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorSummary {
    /// [`GeneratorSummary::FORMAT`].
    pub format: u32,
    /// The test run's id, as the load plan gave it.
    pub run: String,
    /// How long the generator ran, in milliseconds.
    pub elapsed_ms: f64,
    /// The numbers of each phase, by name.
    pub phases: BTreeMap<String, PhaseSummary>,
}

impl GeneratorSummary {
    /// Its file in the test run's folder.
    pub const FILE: &'static str = "summary.json";
    /// Changes when its meaning does.
    pub const FORMAT: u32 = 2;
}

/// One phase as the generator counted it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseSummary {
    /// Passes of a VU that came to their end.
    pub iterations: u64,
    /// Calls that were begun.
    pub attempts: u64,
    /// Answered with success.
    pub acknowledged: u64,
    /// Answered with a fault.
    pub failed: u64,
    /// The same by kind, without zeros.
    pub failed_by_kind: BTreeMap<FailureKind, u64>,
    /// Ended without an answer.
    pub unknown: u64,
    /// Of the acknowledged events, those that merged into an entity created before.
    pub updates_acknowledged: u64,
    /// Of the failed ones, those that would have.
    pub updates_failed: u64,
    /// Of the unknown ones, those that would have or did.
    pub updates_unknown: u64,
    /// Iterations that should have been started and were not.
    pub dropped: u64,
    /// Connections that VUs opened for calls.
    pub connections_opened: u64,
    /// Bytes sent, framing included.
    pub sent_bytes: u64,
    /// Bytes received, framing included.
    pub received_bytes: u64,
    /// When the first call began, in milliseconds of the generator's clock; null without calls.
    #[serde(deserialize_with = "required")]
    pub first_call_ms: Option<f64>,
    /// When the last call ended; null when none did.
    #[serde(deserialize_with = "required")]
    pub last_call_ms: Option<f64>,
    /// The wire's own clock; null without samples.
    #[serde(deserialize_with = "required")]
    pub request: Option<TrendSummary>,
    /// The acknowledged calls as the script saw them, the same on both wires; null without samples.
    #[serde(deserialize_with = "required")]
    pub acknowledged_duration: Option<TrendSummary>,
}

/// A distribution under the names that k6 gives its statistics, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendSummary {
    /// How many samples.
    pub count: u64,
    /// Smallest.
    pub min: f64,
    /// Arithmetic mean.
    pub avg: f64,
    /// Median.
    pub med: f64,
    /// 90th percentile.
    #[serde(rename = "p(90)")]
    pub p90: f64,
    /// 95th percentile.
    #[serde(rename = "p(95)")]
    pub p95: f64,
    /// 99th percentile.
    #[serde(rename = "p(99)")]
    pub p99: f64,
    /// Largest.
    pub max: f64,
}

impl TrendSummary {
    /// What the generator is asked for, under k6's names.
    pub const STATISTICS: [&'static str; 8] =
        ["count", "min", "avg", "med", "p(90)", "p(95)", "p(99)", "max"];
}

impl From<&TrendSummary> for Quantiles {
    fn from(trend: &TrendSummary) -> Self {
        Self {
            count: trend.count,
            min_ms: trend.min,
            mean_ms: trend.avg,
            p50_ms: trend.med,
            p90_ms: trend.p90,
            p95_ms: trend.p95,
            p99_ms: trend.p99,
            max_ms: trend.max,
        }
    }
}

/// Null is an answer, absence is not: serde takes an absent `Option` for null
/// unless it is told how to read one.
pub(super) fn required<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

/// Something that the generator's end summary and its stream tell differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryDifference {
    /// The phase's name.
    pub phase: String,
    /// What, in words: `acknowledged`, `p99 of the request clock`.
    pub what: String,
    /// What the summary says; durations in milliseconds.
    pub summary: f64,
    /// What the stream says, or of what it allows the nearest.
    pub stream: f64,
}
