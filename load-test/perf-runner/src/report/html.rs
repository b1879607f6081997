//! The page. All text and arithmetic is in the view, all markup in `templates/`.

use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};

use super::view::ReportView;
use crate::fault::Fault;

const STYLE: &str = include_str!("../../templates/report.css");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a ReportView,
    style: &'static str,
    /// Of the style sheet: the page may use this one and load nothing at all.
    style_hash: String,
}

/// The whole page as text.
///
/// # Errors
/// Only when there is no memory for it.
pub(super) fn page(report: &ReportView) -> Result<String, Fault> {
    let style_hash = BASE64.encode(Sha256::digest(STYLE));
    Page { report, style: STYLE, style_hash }
        .render()
        .map_err(|error| Fault::failed("the report page cannot be made").cause(error))
}
