//! What a reader sees of a campaign: one page, and JSON, CSV and Markdown, and texts
//! for the terminal, all from the same [`view::ReportView`].

pub mod changes;
pub mod chart;
mod csv;
pub mod figures;
pub mod format;
pub mod history;
mod html;
mod junit;
mod markdown;
pub mod text;
pub mod view;

use std::path::{Path, PathBuf};

use crate::{
    fault::Fault,
    model::{Analysis, StoredCampaign},
    whole_file,
};
pub use text::table;
use view::ReportView;

/// Where a report was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    /// The page: one file that needs nothing else.
    pub html: Option<PathBuf>,
    /// The same for programs; its form is `schemas/report-1.schema.json`.
    pub json: Option<PathBuf>,
    /// The same as text that a code host shows.
    pub markdown: Option<PathBuf>,
    /// Every figure of held loads as one row.
    pub csv: Option<PathBuf>,
}

impl Files {
    /// Those that were written.
    pub fn all(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.html, &self.json, &self.markdown, &self.csv].into_iter().flatten()
    }
}

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// The page.
    Html,
    /// For programs.
    Json,
    /// For a code host.
    #[value(alias = "md")]
    Markdown,
    /// Every figure as one row.
    Csv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Html, Self::Json, Self::Markdown, Self::Csv];
}

/// Writes `report.html`, `report.json`, `report.md` and `report.csv`, or those that
/// are asked for, into a folder, which is made when it is missing. The same campaign
/// always gives the same bytes.
///
/// # Errors
/// When the folder cannot be written; an older report is then still whole.
pub fn write(
    stored: &StoredCampaign,
    analysis: &Analysis,
    folder: &Path,
    formats: &[Format],
) -> Result<Files, Fault> {
    let made = Made::new(stored, analysis)?;
    let mut files = Files::default();
    for format in formats {
        let (name, place) = match format {
            Format::Html => ("report.html", &mut files.html),
            Format::Json => ("report.json", &mut files.json),
            Format::Markdown => ("report.md", &mut files.markdown),
            Format::Csv => ("report.csv", &mut files.csv),
        };
        let path = folder.join(name);
        whole_file::write(&path, made.text(*format)?.as_bytes())?;
        *place = Some(path);
    }
    Ok(files)
}

/// One form of the report as text: what [`write`] would put into its file.
///
/// # Errors
/// Only when there is no memory for it.
pub fn one(stored: &StoredCampaign, analysis: &Analysis, format: Format) -> Result<String, Fault> {
    Made::new(stored, analysis)?.text(format)
}

/// The gates of a campaign as `JUnit` XML.
///
/// # Errors
/// Only when there is no memory for it.
pub fn junit(stored: &StoredCampaign, analysis: &Analysis) -> Result<String, Fault> {
    let view = ReportView::new(stored, analysis);
    junit::gates(&view.campaign.id, &view.gates)
}

/// What every form is made from.
struct Made {
    view: ReportView,
    json: String,
    csv: csv::Table,
}

impl Made {
    fn new(stored: &StoredCampaign, analysis: &Analysis) -> Result<Self, Fault> {
        let view = ReportView::new(stored, analysis);
        Ok(Self { json: json(&view)?, csv: csv::Table::new(stored, analysis), view })
    }

    fn text(&self, format: Format) -> Result<String, Fault> {
        match format {
            Format::Html => html::page(&self.view, &self.csv, &self.json),
            Format::Json => Ok(self.json.clone()),
            Format::Markdown => Ok(markdown::page(&self.view)),
            Format::Csv => Ok(self.csv.text()),
        }
    }
}

/// The view for programs.
fn json(view: &ReportView) -> Result<String, Fault> {
    serde_json::to_string_pretty(view)
        .map(|text| text + "\n")
        .map_err(|error| Fault::failed("the report cannot be put as JSON").cause(error))
}

#[cfg(test)]
mod tests;
