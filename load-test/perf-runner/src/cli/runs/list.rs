//! `runs list`.

use std::process::ExitCode;

use chrono::Utc;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Fault, Observer, Places, StoreArgs, filter::FilterArgs, print, stored::OpenStore};
use crate::{
    export,
    model::{CampaignFilter, CampaignSummary},
    report,
};

/// Name and version of the JSON form.
const SCHEMA: &str = "perf-runner/runs/1";

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// How many at most.
    #[arg(long, value_name = "N", default_value = "20", env = "PERF_LIMIT")]
    limit: usize,
    /// How to print them.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: ListFormat,
    #[command(flatten)]
    given: StoreArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// A table for people.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// JSON for programs.
    Json,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    campaigns: &'a [CampaignSummary],
}

pub(super) async fn run(args: ListArgs, places: &Places, observer: &dyn Observer) -> Result<ExitCode, Fault> {
    let ListArgs { filter, limit, format, given } = args;
    let filter = filter.filter(Utc::now());
    let open = OpenStore::for_reading(given, places, observer).await?;
    let mut campaigns = open.with(async |store| store.list(&filter).await).await?;
    let found = campaigns.len();
    campaigns.truncate(limit);
    print::result(&match format {
        ListFormat::Table if found == 0 && filter != CampaignFilter::default() => {
            "no stored campaign is like that\n".to_owned()
        }
        ListFormat::Table => table(&campaigns, found),
        ListFormat::Csv => export::csv_text(campaigns.iter().map(Row::from))?,
        ListFormat::Json => print::json(&Document { schema: SCHEMA, campaigns: &campaigns })?,
    });
    Ok(ExitCode::SUCCESS)
}

fn table(campaigns: &[CampaignSummary], found: usize) -> String {
    let text = report::text::campaigns(campaigns);
    match found - campaigns.len() {
        0 => text,
        more => format!("{text}{more} more; --limit N shows more\n"),
    }
}

/// A row of the CSV form.
#[derive(Default, Serialize)]
struct Row<'a> {
    campaign: &'a str,
    mode: String,
    status: String,
    started_at: String,
    finished_at: Option<String>,
    resumed: u64,
    completed_runs: i64,
    planned_runs: i64,
    apis: String,
    payloads: String,
    runtime: &'a str,
    fingerprint: &'a str,
}

impl<'a> From<&'a CampaignSummary> for Row<'a> {
    fn from(campaign: &'a CampaignSummary) -> Self {
        let payloads: Vec<String> = campaign.payloads.iter().map(ToString::to_string).collect();
        Self {
            campaign: &campaign.id.0,
            mode: campaign.mode.to_string(),
            status: campaign.status.to_string(),
            started_at: campaign.started_at.to_rfc3339(),
            finished_at: campaign.finished_at.map(|time| time.to_rfc3339()),
            resumed: campaign.resumed,
            completed_runs: campaign.completed_runs,
            planned_runs: campaign.planned_runs,
            apis: campaign.apis.join(" "),
            payloads: payloads.join(" "),
            runtime: &campaign.runtime,
            fingerprint: &campaign.fingerprint,
        }
    }
}
