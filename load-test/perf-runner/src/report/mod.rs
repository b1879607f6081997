//! What a reader sees of a campaign: one page, one JSON file and texts for the
//! terminal, all from the same [`view::ReportView`].

pub mod chart;
pub mod figures;
pub mod format;
pub mod history;
mod html;
pub mod text;
pub mod view;

use std::path::{Path, PathBuf};

use crate::{fault::Fault, model::StoredCampaign, whole_file};
pub use text::table;
use view::ReportView;

/// Where a report was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The page: one file that needs nothing else.
    pub html: PathBuf,
    /// The same for programs; its form is `schemas/report-1.schema.json`.
    pub json: PathBuf,
}

/// Writes `report.html` and `report.json` into a folder, which is made when it is
/// missing. The same campaign always gives the same bytes.
///
/// # Errors
/// When the folder cannot be written; an older report is then still whole.
pub fn write(stored: &StoredCampaign, folder: &Path) -> Result<Files, Fault> {
    let view = ReportView::new(stored);
    let files = Files { html: folder.join("report.html"), json: folder.join("report.json") };
    whole_file::write(&files.html, html::page(&view)?.as_bytes())?;
    whole_file::write(&files.json, json(&view)?.as_bytes())?;
    Ok(files)
}

/// The view for programs.
fn json(view: &ReportView) -> Result<String, Fault> {
    serde_json::to_string_pretty(view)
        .map(|text| text + "\n")
        .map_err(|error| Fault::failed("the report cannot be put as JSON").cause(error))
}

#[cfg(test)]
mod tests;
