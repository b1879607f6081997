//! `runs compare`.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::{Fault, Format, Observer, Places, StoreArgs, print, stored::OpenStore};
use crate::{
    analyze::change,
    model::{CampaignChanges, StoredCampaign},
    report,
    session::baseline,
    store::Store,
};

/// Name and version of the JSON form.
const SCHEMA: &str = "perf-runner/compare/1";

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArgs {
    /// The campaign before: an id, its beginning, or `latest`.
    #[arg(value_name = "BEFORE")]
    before: String,
    /// The campaign after.
    #[arg(value_name = "AFTER", default_value = "latest")]
    after: String,
    /// Compare what both measured even if host, tools or load differ, and list the differences.
    #[arg(long, env = "PERF_FORCE")]
    force: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    given: StoreArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    changes: &'a CampaignChanges,
}

/// Prints what changed from one campaign to another.
///
/// # Errors
/// When there are no such campaigns, or they may not be compared, with every
/// difference.
pub(super) async fn run(
    args: CompareArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let CompareArgs { before, after, force, format, given } = args;
    let open = OpenStore::for_reading(given, places, observer).await?;
    let load = async |store: &Store, word: &str| store.load(&store.named(word).await?).await;
    let (before, after) =
        open.with(async |store| Ok((load(store, &before).await?, load(store, &after).await?))).await?;
    let differences = baseline::differences(&before.campaign, &after.campaign);
    refuse((&before, &after), &differences, force)?;
    let changes = change::between(&before, &after, differences, force);
    print::result(&match format {
        Format::Table => report::changes::of(&changes),
        Format::Json => print::json(&Document { schema: SCHEMA, changes: &changes })?,
    });
    Ok(ExitCode::SUCCESS)
}

fn refuse(
    (before, after): (&StoredCampaign, &StoredCampaign),
    differences: &[String],
    force: bool,
) -> Result<(), Fault> {
    let (before, after) = (&before.campaign.id, &after.campaign.id);
    if before == after {
        return Err(Fault::usage(format!("campaign {after} cannot be compared with itself"))
            .repair("name two campaigns; `runs list` shows them"));
    }
    if differences.is_empty() || force {
        return Ok(());
    }
    Err(Fault::usage(format!(
        "{after} may not be compared with {before}, which was another measurement: {}",
        differences.join("; ")
    ))
    .repair("measure both alike, or add --force to see the numbers side by side nevertheless"))
}
