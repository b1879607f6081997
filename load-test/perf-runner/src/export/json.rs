//! One JSON document.

use std::io::Write;

use serde::Serialize;

use super::{Export, not_written, rows::Percentile};
use crate::{
    fault::Fault,
    model::{Campaign, StoredRun},
};

/// Name and version of the document's form.
const SCHEMA: &str = "perf-runner/export/1";

/// `{"schema": ..., "campaigns": [{"campaign": ..., "runs": [...]}]}`, one test run a line.
#[derive(Debug)]
pub struct JsonDocument<W> {
    out: W,
    campaigns: usize,
    runs: usize,
}

/// A test run and what its histograms say.
#[derive(Serialize)]
struct Run<'a> {
    #[serde(flatten)]
    stored: &'a StoredRun,
    percentiles: Vec<Percentile<'a>>,
}

impl<W: Write> JsonDocument<W> {
    /// Begins the document.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(out: W) -> Result<Self, Fault> {
        let mut document = Self { out, campaigns: 0, runs: 0 };
        document.text(&format!("{{\"schema\":\"{SCHEMA}\",\"campaigns\":["))?;
        Ok(document)
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        self.out.write_all(text.as_bytes()).map_err(|error| not_written("the export", error))
    }

    fn value<T: Serialize>(&mut self, value: &T) -> Result<(), Fault> {
        serde_json::to_writer(&mut self.out, value).map_err(|error| not_written("the export", error))
    }
}

impl<W: Write> Export for JsonDocument<W> {
    fn campaign(&mut self, campaign: &Campaign) -> Result<(), Fault> {
        self.text(if self.campaigns > 0 { "]},\n{\"campaign\":" } else { "\n{\"campaign\":" })?;
        (self.campaigns, self.runs) = (self.campaigns + 1, 0);
        self.value(campaign)?;
        self.text(",\"runs\":[")
    }

    fn run(&mut self, run: &StoredRun) -> Result<(), Fault> {
        self.text(if self.runs > 0 { ",\n" } else { "\n" })?;
        self.runs += 1;
        self.value(&Run { stored: run, percentiles: Percentile::of(run) })
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.text(if self.campaigns > 0 { "]}\n]}\n" } else { "]}\n" })?;
        self.out.flush().map_err(|error| not_written("the export", error))
    }
}
