use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FailureKind, PackedHistogram};

/// One line of what the generator's output `windows` writes into
/// [`StreamLine::FILE`] while it runs; `load-test/k6/windows/lines.schema.json`
/// describes the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case", deny_unknown_fields)]
pub enum StreamLine {
    /// The first line.
    Format {
        /// [`StreamLine::FORMAT`].
        format: u32,
    },
    /// When second 0 began; absent when the generator was never released.
    Start {
        /// Microseconds since 1970 by the clock of the wall.
        unix_us: i64,
    },
    /// How many VUs were at work at one moment of a second.
    Vus {
        /// Seconds since the start.
        second: u32,
        /// VUs.
        vus: u32,
    },
    /// A part of what happened in one scenario in one second; parts add up.
    Second(Box<StreamSecond>),
    /// The last line; without it the file is cut short.
    End {
        /// How many lines of seconds there are.
        lines: u64,
        /// The sum of each scenario's lines.
        scenarios: BTreeMap<String, StreamTotal>,
    },
}

impl StreamLine {
    /// Its file in the test run's folder.
    pub const FILE: &'static str = "windows.jsonl";
    /// Changes when the meaning of the lines does.
    pub const FORMAT: u32 = 1;
}

/// A part of what happened in one scenario in one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSecond {
    /// The scenario, which is the phase.
    pub scenario: String,
    /// Seconds since the start.
    pub second: u32,
    /// What was counted.
    pub counters: StreamCounters,
    /// What was timed.
    pub histograms: StreamHistograms,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamCounters {
    /// Iterations that came to their end.
    pub iterations: u64,
    /// How long they took together, think time included, in microseconds.
    pub iteration_us: u64,
    /// Calls begun.
    pub events_attempted: u64,
    /// Calls answered with success.
    pub events_acknowledged: u64,
    /// Calls answered with a fault, by kind.
    pub events_failed: BTreeMap<FailureKind, u64>,
    /// Calls without an answer.
    pub events_unknown: u64,
    /// Iterations that should have been started and were not.
    pub dropped_iterations: u64,
    /// Connections opened for calls.
    pub connections_opened: u64,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// Bytes received.
    pub received_bytes: u64,
    /// Durations above the range of the histograms, which hold its end instead.
    pub above_range: u64,
}

impl StreamCounters {
    /// Adds another part; none when a sum is larger than a number can be.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let mut events_failed = self.events_failed.clone();
        for (kind, count) in &other.events_failed {
            let sum = events_failed.entry(kind.clone()).or_default();
            *sum = sum.checked_add(*count)?;
        }
        events_failed.values().try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
        Some(Self {
            iterations: self.iterations.checked_add(other.iterations)?,
            iteration_us: self.iteration_us.checked_add(other.iteration_us)?,
            events_attempted: self.events_attempted.checked_add(other.events_attempted)?,
            events_acknowledged: self.events_acknowledged.checked_add(other.events_acknowledged)?,
            events_failed,
            events_unknown: self.events_unknown.checked_add(other.events_unknown)?,
            dropped_iterations: self.dropped_iterations.checked_add(other.dropped_iterations)?,
            connections_opened: self.connections_opened.checked_add(other.connections_opened)?,
            sent_bytes: self.sent_bytes.checked_add(other.sent_bytes)?,
            received_bytes: self.received_bytes.checked_add(other.received_bytes)?,
            above_range: self.above_range.checked_add(other.above_range)?,
        })
    }
}

/// What is timed; null without samples.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamHistograms {
    /// Calls answered with success, as the script saw them.
    #[serde(deserialize_with = "super::summary::required")]
    pub acknowledged: Option<PackedHistogram>,
    /// Calls answered with a fault, on the same clock.
    #[serde(deserialize_with = "super::summary::required")]
    pub failed: Option<PackedHistogram>,
    /// Calls without an answer, on the same clock.
    #[serde(deserialize_with = "super::summary::required")]
    pub unknown: Option<PackedHistogram>,
    /// Calls on the wire's own clock.
    #[serde(deserialize_with = "super::summary::required")]
    pub request: Option<PackedHistogram>,
}

/// The sum of a scenario's lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamTotal {
    /// What was counted.
    pub counters: StreamCounters,
    /// How many samples the histograms hold.
    pub samples: StreamSamples,
}

/// How many samples each kind of histogram holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSamples {
    /// Calls answered with success.
    pub acknowledged: u64,
    /// Calls answered with a fault.
    pub failed: u64,
    /// Calls without an answer.
    pub unknown: u64,
    /// Calls on the wire's own clock.
    pub request: u64,
}

impl StreamTotal {
    /// Adds a line; none when a sum is larger than a number can be.
    #[must_use]
    pub fn plus(&self, line: &StreamSecond) -> Option<Self> {
        let count =
            |histogram: &Option<PackedHistogram>| histogram.as_ref().map_or(0, PackedHistogram::count);
        let (samples, histograms) = (&self.samples, &line.histograms);
        Some(Self {
            counters: self.counters.plus(&line.counters)?,
            samples: StreamSamples {
                acknowledged: samples.acknowledged.checked_add(count(&histograms.acknowledged))?,
                failed: samples.failed.checked_add(count(&histograms.failed))?,
                unknown: samples.unknown.checked_add(count(&histograms.unknown))?,
                request: samples.request.checked_add(count(&histograms.request))?,
            },
        })
    }
}
