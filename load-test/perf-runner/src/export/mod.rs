//! Stored facts for other programs: one JSON document, or CSV tables. Both are
//! written test run by test run, so that no more than one is in memory at once.

mod csv;
mod json;
mod rows;

pub use self::{
    csv::{CsvFiles, CsvTable, Table, text as csv_text},
    json::JsonDocument,
};
use crate::{
    fault::Fault,
    model::{Campaign, StoredRun},
};

/// Takes campaigns one after the other, each with its test runs.
pub trait Export {
    /// The test runs that follow are of this campaign.
    ///
    /// # Errors
    /// When it cannot be written.
    fn campaign(&mut self, campaign: &Campaign) -> Result<(), Fault>;

    /// A test run with everything that was sampled in it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn run(&mut self, run: &StoredRun) -> Result<(), Fault>;

    /// Nothing follows.
    ///
    /// # Errors
    /// When the end cannot be written.
    fn end(&mut self) -> Result<(), Fault>;
}

fn not_written(what: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    Fault::failed(format!("cannot write {what}"))
        .cause(error)
        .repair("make room on that disk, or choose another place with --output")
}

#[cfg(test)]
mod tests;
