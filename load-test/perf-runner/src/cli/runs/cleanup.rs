//! `runs cleanup`.

use std::{process::ExitCode, time::Duration};

use chrono::{DateTime, Utc};
use clap::{ArgGroup, Args};
use serde::Serialize;

use super::{Fault, Format, Observer, Places, StoreArgs, filter::Moment, print, stored::OpenStore};
use crate::{
    model::{CampaignFilter, CampaignId, CampaignStatus, CampaignSummary},
    report,
    store::Store,
};

/// Name and version of the JSON form.
const SCHEMA: &str = "perf-runner/cleanup/1";

/// Removes campaigns from the metrics database and from disk, raw files and reports
/// included. Without --execute it only says what it would remove.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("rule").required(true))]
pub(in crate::cli) struct CleanupArgs {
    /// Campaigns that started longer ago than this, such as 30d.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, group = "rule", env = "PERF_CLEANUP_OLDER_THAN")]
    older_than: Option<Duration>,
    /// All but so many of the newest.
    #[arg(long, value_name = "N", group = "rule", env = "PERF_CLEANUP_KEEP")]
    keep: Option<usize>,
    /// Only campaigns that measured nothing but this API; repeat for several.
    #[arg(long = "api", value_name = "NAME", value_delimiter = ',', env = "PERF_CLEANUP_API")]
    apis: Vec<String>,
    /// Also campaigns that never came to their end, which could still be resumed.
    #[arg(long, env = "PERF_CLEANUP_UNFINISHED")]
    unfinished: bool,
    /// Remove them, for good.
    #[arg(long)]
    execute: bool,
    /// How to print what is removed.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    given: StoreArgs,
}

/// Which campaigns go.
struct Choice {
    rule: Rule,
    apis: Vec<String>,
    unfinished: bool,
}

enum Rule {
    StartedBefore(DateTime<Utc>),
    AllBut(usize),
}

/// What is removed, or would be.
#[derive(Debug, Serialize)]
struct Document {
    schema: &'static str,
    executed: bool,
    campaigns: Vec<Removed>,
    raw_bytes: u64,
    /// Left alone because they never came to their end.
    unfinished: Vec<CampaignId>,
}

#[derive(Debug, Serialize)]
struct Removed {
    campaign: CampaignId,
    started_at: DateTime<Utc>,
    runs: i64,
    raw_bytes: u64,
}

pub(super) async fn run(
    args: CleanupArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let CleanupArgs { older_than, keep, apis, unfinished, execute, format, given } = args;
    let rule = match (older_than, keep) {
        (Some(age), _) => Rule::StartedBefore(Moment::Ago(age).at(Utc::now())),
        (None, Some(count)) => Rule::AllBut(count),
        (None, None) => {
            return Err(
                Fault::usage("nothing says which campaigns may go").repair("give --older-than or --keep")
            );
        }
    };
    let choice = Choice { rule, apis, unfinished };
    let open = if execute {
        OpenStore::alone(given, places, observer).await?
    } else {
        OpenStore::for_reading(given, places, observer).await?
    };
    let done = open.with(async |store| clean(store, &choice, execute).await).await?;
    print::result(&match format {
        Format::Table => text(&done),
        Format::Json => print::json(&done)?,
    });
    Ok(ExitCode::SUCCESS)
}

async fn clean(store: &Store, choice: &Choice, execute: bool) -> Result<Document, Fault> {
    let all = store.list(&CampaignFilter::default()).await?;
    let (doomed, spared) = choice.of(&all);
    let mut removed = Vec::new();
    for campaign in doomed {
        let raw_bytes = store.raw_bytes(&campaign.id)?;
        if execute {
            store.delete(&campaign.id).await?;
        }
        removed.push(Removed {
            campaign: campaign.id.clone(),
            started_at: campaign.started_at,
            runs: campaign.completed_runs,
            raw_bytes,
        });
    }
    if execute && !removed.is_empty() {
        store.reclaim().await;
    }
    Ok(Document {
        schema: SCHEMA,
        executed: execute,
        raw_bytes: removed.iter().map(|one| one.raw_bytes).sum(),
        campaigns: removed,
        unfinished: spared.into_iter().map(|campaign| campaign.id.clone()).collect(),
    })
}

impl Choice {
    /// What goes, and what would if it had come to its end; from the newest on.
    fn of<'a>(
        &self,
        newest_first: &'a [CampaignSummary],
    ) -> (Vec<&'a CampaignSummary>, Vec<&'a CampaignSummary>) {
        let is_meant = |campaign: &&CampaignSummary| {
            self.apis.is_empty() || campaign.apis.iter().all(|api| self.apis.contains(api))
        };
        let meant = newest_first.iter().filter(is_meant);
        let chosen: Vec<&CampaignSummary> = match self.rule {
            Rule::StartedBefore(moment) => meant.filter(|campaign| campaign.started_at < moment).collect(),
            Rule::AllBut(count) => meant.skip(count).collect(),
        };
        chosen.into_iter().partition(|campaign| self.unfinished || campaign.status != CampaignStatus::Running)
    }
}

fn text(done: &Document) -> String {
    let kept = done.unfinished.iter().map(|campaign| {
        format!("{campaign} never came to its end and is kept; --unfinished takes it, too\n")
    });
    removed(done) + &kept.collect::<String>()
}

fn removed(done: &Document) -> String {
    if done.campaigns.is_empty() {
        return "nothing to remove\n".to_owned();
    }
    let size = |bytes| report::format::bytes(Some(bytes)).text;
    let rows = done.campaigns.iter().map(|one| {
        let started = report::format::time(one.started_at);
        [one.campaign.0.clone(), started, one.runs.to_string(), size(one.raw_bytes)]
    });
    let table = report::text::rows(&["campaign", "started", "test runs", "files"], rows);
    let count = done.campaigns.len();
    let (word, size) = (if count == 1 { "campaign" } else { "campaigns" }, size(done.raw_bytes));
    if done.executed {
        format!("{table}removed {count} {word} with {size} of files\n")
    } else {
        format!("{table}{count} {word} with {size} of files; --execute removes them for good\n")
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::{model::Mode, sample::noon};

    /// `days` old, with one API or two.
    fn campaign(id: &str, days: i64, apis: &[&str]) -> CampaignSummary {
        CampaignSummary {
            id: CampaignId(id.to_owned()),
            mode: Mode::Full,
            started_at: noon() - TimeDelta::days(days),
            finished_at: None,
            status: if id == "running" { CampaignStatus::Running } else { CampaignStatus::Completed },
            resumed: 0,
            completed_runs: 2,
            planned_runs: 2,
            apis: apis.iter().map(|api| (*api).to_owned()).collect(),
            payloads: Vec::new(),
            runtime: "process".to_owned(),
            fingerprint: String::new(),
        }
    }

    fn chosen(rule: Rule, apis: &[&str], unfinished: bool) -> (Vec<String>, Vec<String>) {
        let all = [
            campaign("new", 0, &["go"]),
            campaign("both", 10, &["go", "rust"]),
            campaign("running", 20, &["go"]),
            campaign("old", 30, &["go"]),
            campaign("oldest", 40, &["rust"]),
        ];
        let apis = apis.iter().map(|api| (*api).to_owned()).collect();
        let (doomed, spared) = Choice { rule, apis, unfinished }.of(&all);
        let names = |found: Vec<&CampaignSummary>| found.iter().map(|one| one.id.0.clone()).collect();
        (names(doomed), names(spared))
    }

    #[test]
    fn age_or_number_decides_and_what_never_ended_is_spared() {
        let before = |days| Rule::StartedBefore(noon() - TimeDelta::days(days));
        let none: Vec<String> = Vec::new();
        assert_eq!(chosen(before(30), &[], false), (vec!["oldest".to_owned()], none.clone()));
        assert_eq!(
            chosen(before(15), &[], false),
            (vec!["old".to_owned(), "oldest".to_owned()], vec!["running".to_owned()])
        );
        assert_eq!(chosen(Rule::AllBut(4), &[], false).0, ["oldest"]);
        assert_eq!(chosen(Rule::AllBut(5), &[], false), (none.clone(), none));
        assert_eq!(chosen(Rule::AllBut(2), &[], true).0, ["running", "old", "oldest"]);
    }

    #[test]
    fn what_measured_other_apis_as_well_is_not_meant() {
        assert_eq!(chosen(Rule::AllBut(0), &["go"], false).0, ["new", "old"]);
        assert_eq!(chosen(Rule::AllBut(1), &["go"], false).0, ["old"]);
        assert_eq!(chosen(Rule::AllBut(0), &["go", "rust"], false).0, ["new", "both", "old", "oldest"]);
        assert_eq!(chosen(Rule::AllBut(0), &["java"], true).0, Vec::<String>::new());
    }
}
