//! The stream that k6's output would have written, made up.

use std::collections::BTreeMap;

use crate::{
    fault::Fault,
    model::{
        BadHistogram, Histogram, PackedHistogram, StreamCounters, StreamHistograms, StreamLine, StreamSecond,
        StreamTotal,
    },
};

/// Always the same moment, so that the same seed gives the same bytes.
pub(super) const STARTED_UNIX_US: i64 = 1_750_000_000_000_000;

/// What happened in each second of each phase.
#[derive(Debug, Default)]
pub(super) struct FakeStream {
    seconds: BTreeMap<(u32, String), Second>,
    vus: BTreeMap<u32, u32>,
}

#[derive(Debug, Default)]
struct Second {
    counters: StreamCounters,
    acknowledged: Option<Histogram>,
    failed: Option<Histogram>,
    unknown: Option<Histogram>,
    request: Option<Histogram>,
}

/// One call that has ended.
pub(super) struct Call<'a> {
    pub(super) phase: &'a str,
    /// When, since the start.
    pub(super) ended_ms: f64,
    pub(super) took_ms: f64,
    /// By the wire's own clock.
    pub(super) request_ms: f64,
    /// What is counted for it alone.
    pub(super) counters: &'a StreamCounters,
}

/// A duration in milliseconds, and how often it was seen.
pub(super) type Durations = [(f64, u64)];

/// What ended in one second of a phase.
pub(super) struct Ended<'a> {
    pub(super) phase: &'a str,
    /// Since the generator's release.
    pub(super) second: u32,
    pub(super) vus: u32,
    pub(super) counters: &'a StreamCounters,
    pub(super) acknowledged: &'a Durations,
    pub(super) failed: &'a Durations,
    pub(super) unknown: &'a Durations,
}

/// The wire's own clock ticks inside the script's.
pub(super) fn request_ms(took_ms: f64) -> f64 {
    took_ms * 0.9
}

impl FakeStream {
    /// Adds a call to the second in which it ended.
    pub(super) fn add(&mut self, call: &Call<'_>, vus: u32) -> Result<(), Fault> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A test run's seconds.
        let number = (call.ended_ms / 1000.0).floor() as u32;
        self.vus.insert(number, vus);
        let second = self.seconds.entry((number, call.phase.to_owned())).or_default();
        second.counters =
            second.counters.plus(call.counters).ok_or_else(|| Fault::failed("too many fake calls"))?;
        let of_outcome = if call.counters.events_acknowledged > 0 {
            &mut second.acknowledged
        } else if call.counters.events_unknown > 0 {
            &mut second.unknown
        } else {
            &mut second.failed
        };
        record(of_outcome, call.took_ms, 1)
            .and_then(|()| record(&mut second.request, call.request_ms, 1))
            .map_err(broken)
    }

    /// Adds all that ended in one second of a phase.
    pub(super) fn add_second(&mut self, of: &Ended<'_>) -> Result<(), Fault> {
        self.vus.insert(of.second, of.vus);
        let second = self.seconds.entry((of.second, of.phase.to_owned())).or_default();
        second.counters =
            second.counters.plus(of.counters).ok_or_else(|| Fault::failed("too many fake calls"))?;
        for (histogram, durations) in [
            (&mut second.acknowledged, of.acknowledged),
            (&mut second.failed, of.failed),
            (&mut second.unknown, of.unknown),
        ] {
            for (took_ms, count) in durations {
                record(histogram, *took_ms, *count)
                    .and_then(|()| record(&mut second.request, request_ms(*took_ms), *count))
                    .map_err(broken)?;
            }
        }
        Ok(())
    }

    /// The whole file.
    pub(super) fn text(&self) -> Result<String, Fault> {
        let mut lines = vec![
            StreamLine::Format { format: StreamLine::FORMAT },
            StreamLine::Start { unix_us: STARTED_UNIX_US },
        ];
        lines.extend(self.vus.iter().map(|(second, vus)| StreamLine::Vus { second: *second, vus: *vus }));
        let mut scenarios: BTreeMap<String, StreamTotal> = BTreeMap::new();
        for ((number, scenario), second) in &self.seconds {
            let line = second.line(*number, scenario).map_err(broken)?;
            let total = scenarios.entry(scenario.clone()).or_default();
            *total = total.plus(&line).ok_or_else(|| Fault::failed("too many fake calls"))?;
            lines.push(StreamLine::Second(Box::new(line)));
        }
        lines.push(StreamLine::End { lines: self.seconds.len() as u64, scenarios });
        let mut text = String::new();
        for line in lines {
            text += &super::generator::json(&line)?;
            text.push('\n');
        }
        Ok(text)
    }
}

impl Second {
    fn line(&self, second: u32, scenario: &str) -> Result<StreamSecond, BadHistogram> {
        let pack =
            |histogram: &Option<Histogram>| histogram.as_ref().map(PackedHistogram::try_from).transpose();
        Ok(StreamSecond {
            scenario: scenario.to_owned(),
            second,
            counters: self.counters.clone(),
            histograms: StreamHistograms {
                acknowledged: pack(&self.acknowledged)?,
                failed: pack(&self.failed)?,
                unknown: pack(&self.unknown)?,
                request: pack(&self.request)?,
            },
        })
    }
}

fn record(histogram: &mut Option<Histogram>, duration_ms: f64, count: u64) -> Result<(), BadHistogram> {
    let histogram = match histogram {
        Some(histogram) => histogram,
        none => none.insert(Histogram::empty()?),
    };
    histogram.record_many_ms(duration_ms, count);
    Ok(())
}

fn broken(error: BadHistogram) -> Fault {
    Fault::failed("cannot make up a histogram").cause(error)
}
