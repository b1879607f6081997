//! `runs summary`.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::{Fault, Format, Observer, Places, StoreArgs, filter::FilterArgs, print, stored::OpenStore};
use crate::{
    analyze::history,
    model::{CampaignFilter, CampaignStatus, CampaignSummary, HistoryGroup, Mode, WhichCampaign},
    report,
    store::Store,
};

/// Name and version of the JSON form.
const SCHEMA: &str = "perf-runner/summary/1";

#[derive(Debug, Args)]
pub(in crate::cli) struct SummaryArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// How to print it.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    given: StoreArgs,
}

/// Everything that is stored, in short.
#[derive(Debug, Serialize)]
struct Summary {
    schema: &'static str,
    campaigns: usize,
    by_mode: Vec<Count>,
    by_status: Vec<Count>,
    completed_runs: i64,
    planned_runs: i64,
    first_started_at: Option<DateTime<Utc>>,
    last_started_at: Option<DateTime<Utc>>,
    /// Only campaigns of equal host, payload and load are held against each other.
    history: Vec<HistoryGroup>,
}

#[derive(Debug, Serialize)]
struct Count {
    name: String,
    campaigns: usize,
}

pub(super) async fn run(
    args: SummaryArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let SummaryArgs { filter, format, given } = args;
    let filter = filter.filter(Utc::now());
    let open = OpenStore::for_reading(given, places, observer).await?;
    let summary = open.with(async |store| of(store, &filter).await).await?;
    print::result(&match format {
        Format::Table => text(&summary),
        Format::Json => print::json(&summary)?,
    });
    Ok(ExitCode::SUCCESS)
}

async fn of(store: &Store, filter: &CampaignFilter) -> Result<Summary, Fault> {
    let campaigns = store.list(filter).await?;
    let mut entries = Vec::new();
    // One campaign in memory at a time. A smoke campaign holds no load.
    for campaign in campaigns.iter().filter(|campaign| campaign.mode != Mode::Smoke) {
        entries.extend(history::entries(&store.load(&WhichCampaign::Id(campaign.id.clone())).await?));
    }
    Ok(Summary {
        schema: SCHEMA,
        campaigns: campaigns.len(),
        by_mode: counts(&campaigns, &[Mode::Smoke, Mode::Full, Mode::Saturation], |campaign| campaign.mode),
        by_status: counts(
            &campaigns,
            &[
                CampaignStatus::Completed,
                CampaignStatus::Failed,
                CampaignStatus::Interrupted,
                CampaignStatus::Running,
            ],
            |campaign| campaign.status,
        ),
        completed_runs: campaigns.iter().map(|campaign| campaign.completed_runs).sum(),
        planned_runs: campaigns.iter().map(|campaign| campaign.planned_runs).sum(),
        first_started_at: campaigns.last().map(|campaign| campaign.started_at),
        last_started_at: campaigns.first().map(|campaign| campaign.started_at),
        history: history::groups(entries),
    })
}

fn counts<T: PartialEq + ToString>(
    campaigns: &[CampaignSummary],
    kinds: &[T],
    kind_of: fn(&CampaignSummary) -> T,
) -> Vec<Count> {
    let count = |kind: &T| campaigns.iter().filter(|campaign| kind_of(campaign) == *kind).count();
    kinds.iter().map(|kind| Count { name: kind.to_string(), campaigns: count(kind) }).collect()
}

fn text(summary: &Summary) -> String {
    let (Some(first), Some(last)) = (summary.first_started_at, summary.last_started_at) else {
        return "no stored campaign is like that\n".to_owned();
    };
    let listed = |counts: &[Count]| {
        let said = counts.iter().filter(|count| count.campaigns > 0);
        said.map(|count| format!("{} {}", count.campaigns, count.name)).collect::<Vec<_>>().join(", ")
    };
    let head = [
        ("Campaigns", format!("{}: {}", summary.campaigns, listed(&summary.by_mode))),
        ("Status", listed(&summary.by_status)),
        ("Test runs", format!("{} completed of {} planned", summary.completed_runs, summary.planned_runs)),
        ("First", report::format::time(first)),
        ("Last", report::format::time(last)),
    ];
    let mut text = report::text::named_values(&head);
    text.push_str(&report::history::of(&summary.history));
    text
}
