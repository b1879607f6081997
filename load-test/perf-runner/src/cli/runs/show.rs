//! `runs show`.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::{
    Fault, Format, Observer, Places, StoreArgs, print,
    stored::{self, OpenStore},
};
use crate::{analyze, model::StoredCampaign, report};

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// A campaign's id, or `latest`.
    #[arg(value_name = "ID", default_value = "latest")]
    campaign: String,
    /// How to print it.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    given: StoreArgs,
}

/// Name and version of the JSON form.
const SCHEMA: &str = "perf-runner/show/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    stored: &'a StoredCampaign,
}

pub(super) async fn run(args: ShowArgs, places: &Places, observer: &dyn Observer) -> Result<ExitCode, Fault> {
    let open = OpenStore::for_reading(args.given, places, observer).await?;
    let campaign = open.load(&stored::which(&args.campaign)).await?;
    print::result(&match args.format {
        Format::Table => {
            report::text::campaign(&campaign, &analyze::of(&campaign)) + &report::figures::of(&campaign)
        }
        Format::Json => print::json(&Document { schema: SCHEMA, stored: &campaign })?,
    });
    Ok(ExitCode::SUCCESS)
}
