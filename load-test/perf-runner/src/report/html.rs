//! The page. All text and arithmetic is in the view, all markup in `templates/`.

use std::{io::Write as _, sync::LazyLock};

use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use super::{csv::Table, view::ReportView};
use crate::fault::Fault;

/// How many warnings stand before the ranking; the others are folded.
const WARNINGS: usize = 5;

static STYLE: LazyLock<String> = LazyLock::new(|| slim(include_str!("../../templates/report.css")));
static HELD_STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}{}", *STYLE, slim(include_str!("../../templates/held.css"))));
pub(super) static HELD_SCRIPT: LazyLock<String> =
    LazyLock::new(|| slim(include_str!("../../templates/held.js")));

/// Without indentation and without lines that are a comment: who reads them reads the
/// templates.
fn slim(text: &str) -> String {
    let is_comment = |line: &&str| line.starts_with("//") || line.starts_with("/*") && line.ends_with("*/");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A campaign that held no load: what it proves.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a ReportView,
    style: &'static str,
    /// Of the style sheet: the page may use this one and load nothing at all.
    style_hash: String,
    script_hash: Option<String>,
}

/// A campaign of held loads: what it compares.
#[derive(Template)]
#[template(path = "held.html")]
struct HeldPage<'a> {
    report: &'a ReportView,
    style: &'static str,
    style_hash: String,
    /// Of the one script, without which everything is there as well.
    script_hash: Option<String>,
    script: &'static str,
    csv_data: String,
    json_data: String,
}

/// The whole page as text; a page that compares carries the two files for programs.
///
/// # Errors
/// Only when there is no memory for it.
pub(super) fn page(report: &ReportView, csv: &Table, json: &str) -> Result<String, Fault> {
    let rendered = if report.comparisons.is_empty() {
        Page { report, style: &STYLE, style_hash: hash(&STYLE), script_hash: None }.render()
    } else {
        HeldPage {
            report,
            style: &HELD_STYLE,
            style_hash: hash(&HELD_STYLE),
            script_hash: Some(hash(&HELD_SCRIPT)),
            script: &HELD_SCRIPT,
            csv_data: packed(&csv.columns())?,
            json_data: packed(json)?,
        }
        .render()
    };
    rendered.map_err(|error| Fault::failed("the report page cannot be made").cause(error))
}

fn hash(text: &str) -> String {
    BASE64.encode(Sha256::digest(text))
}

/// Small, free of anything that could be markup, and the same bytes every time.
fn packed(text: &str) -> Result<String, Fault> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    let bytes = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    bytes
        .map(|bytes| BASE64.encode(bytes))
        .map_err(|error| Fault::failed("the report's data cannot be packed").cause(error))
}
