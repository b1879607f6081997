//! `report`: rebuild the report of a stored campaign.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use clap::Args;

use super::{Fault, Observer, Places, StoreArgs, print, stored};
use crate::{
    analyze,
    report::{self, Format},
};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    choice: stored::CampaignChoice,
    /// Folder to write into [default: the campaign's results folder].
    #[arg(long, value_name = "DIR", env = "PERF_OUTPUT")]
    output: Option<PathBuf>,
    /// Form to write; repeat for several [default: all of them].
    #[arg(
        long = "format",
        value_name = "FORM",
        value_enum,
        env = "PERF_REPORT_FORMAT",
        value_delimiter = ','
    )]
    formats: Vec<Format>,
    /// Open the page in the browser.
    #[arg(long, env = "PERF_OPEN")]
    open: bool,
    #[command(flatten)]
    given: StoreArgs,
}

/// Writes the report and prints where it is.
///
/// # Errors
/// When there is no such campaign, or the files cannot be written.
pub(super) async fn run(
    args: ReportArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let open = stored::OpenStore::for_reading(args.given, places, observer).await?;
    let campaign = open.load(&args.choice.which()).await?;
    let folder = args.output.unwrap_or_else(|| places.results.join(&campaign.campaign.id.0));
    let formats = if args.formats.is_empty() { Format::ALL.to_vec() } else { args.formats };
    let files = report::write(&campaign, &analyze::of(&campaign), &folder, &formats)?;
    print::result(&print::report_files(&files));
    if args.open {
        let page = files.html.as_deref().ok_or_else(|| {
            Fault::usage("--open shows the page, and --format leaves it out").repair("add --format html")
        })?;
        open_in_browser(page)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn open_in_browser(page: &Path) -> Result<(), Fault> {
    let silent = Command::new("xdg-open").arg(page).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match silent {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Fault::failed(format!("no browser could be opened for {}", page.display()))
            .repair("open the file by hand")),
    }
}
