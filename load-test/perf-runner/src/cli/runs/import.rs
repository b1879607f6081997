//! `runs import`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use serde::Serialize;

use super::{Fault, Format, Observer, Places, StoreArgs, print, stored::OpenStore};
use crate::{
    fault::ExitClass,
    model::CampaignId,
    report,
    store::{Imported, Store},
};

/// Name and version of the JSON form.
const SCHEMA: &str = "perf-runner/import/1";

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// Ids of campaigns [default: every campaign that has files].
    #[arg(value_name = "ID")]
    campaigns: Vec<String>,
    /// Results folder to read [default: the runner's own].
    #[arg(long, value_name = "DIR", env = "PERF_IMPORT_FROM")]
    from: Option<PathBuf>,
    /// How to print what was done.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    given: StoreArgs,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    campaigns: Vec<Done>,
}

/// What became of one campaign.
#[derive(Serialize)]
struct Done {
    campaign: String,
    result: &'static str,
    runs: Option<usize>,
    reason: Option<String>,
}

pub(super) async fn run(
    args: ImportArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let ImportArgs { campaigns, from, format, given } = args;
    let from = Store::in_files(from.as_deref().unwrap_or(&places.results));
    let ids = match campaigns.as_slice() {
        [] => from.ids_of_files()?,
        named => named.iter().cloned().map(CampaignId).collect(),
    };
    let open = OpenStore::alone(given, places, observer).await?;
    let work = async |store: &Store| {
        let mut all = Vec::new();
        // One that cannot be read keeps none of the others out.
        for id in &ids {
            all.push(done(id, store.import(&from, id).await));
        }
        Ok(all)
    };
    let all = open.with(work).await?;
    let failed = all.iter().any(|one| one.reason.is_some());
    print::result(&match format {
        Format::Table => text(&all),
        Format::Json => print::json(&Document { schema: SCHEMA, campaigns: all })?,
    });
    Ok(if failed { ExitCode::from(ExitClass::Failed.code()) } else { ExitCode::SUCCESS })
}

fn done(id: &CampaignId, imported: Result<Imported, Fault>) -> Done {
    let campaign = id.0.clone();
    match imported {
        Ok(Imported::Stored { runs }) => {
            Done { campaign, result: "imported", runs: Some(runs), reason: None }
        }
        Ok(Imported::ThereAlready) => Done { campaign, result: "there already", runs: None, reason: None },
        Err(fault) => Done { campaign, result: "failed", runs: None, reason: Some(fault.to_string()) },
    }
}

fn text(all: &[Done]) -> String {
    if all.is_empty() {
        return "there are no files of any campaign\n".to_owned();
    }
    let rows = all.iter().map(|one| {
        let runs = one.runs.map_or(String::new(), |runs| format!("{runs} test runs"));
        [one.campaign.clone(), one.result.to_owned(), one.reason.clone().unwrap_or(runs)]
    });
    report::text::rows(&["campaign", "result", ""], rows)
}
