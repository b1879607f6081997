//! `report`: rebuild the report of a stored campaign.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use clap::Args;

use super::{
    Fault, Observer, Places, StoreArgs,
    gates::{self, GateArgs},
    print, stored,
};
use crate::{
    analyze,
    report::{self, Format},
    session::baseline::Baseline,
};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    choice: stored::CampaignChoice,
    /// Folder to write into, or `-` for one form to standard output [default: the campaign's results
    /// folder].
    #[arg(long, value_name = "DIR", env = "PERF_OUTPUT")]
    output: Option<PathBuf>,
    /// Form to write, `md` for short; repeat for several [default: all of them].
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
    gates: GateArgs,
    /// Campaign to hold it against: an id, its beginning, or `latest` for the newest completed one of its
    /// mode before it that may be compared; without any, the report says so.
    #[arg(long, value_name = "ID", env = "PERF_BASELINE")]
    baseline: Option<String>,
    #[command(flatten)]
    given: StoreArgs,
}

/// Where a report goes.
#[derive(Debug, PartialEq)]
enum Place {
    /// Into this folder, or the campaign's own.
    Folder { folder: Option<PathBuf>, formats: Vec<Format> },
    /// To standard output.
    Printed(Format),
}

impl ReportArgs {
    /// # Errors
    /// When what was typed cannot be meant together.
    fn place(&self) -> Result<Place, Fault> {
        let mut formats = self.formats.clone();
        if formats.is_empty() {
            formats = Format::ALL.to_vec();
        }
        let mut seen = Vec::new();
        formats.retain(|format| {
            let is_new = !seen.contains(format);
            seen.push(*format);
            is_new
        });
        let is_printed = self.output.as_deref() == Some(Path::new("-"));
        if self.open && is_printed {
            return Err(Fault::usage("--open shows a file, and --output - writes none")
                .repair("leave out one of the two"));
        }
        if self.open && !formats.contains(&Format::Html) {
            return Err(
                Fault::usage("--open shows the page, and --format leaves it out").repair("add --format html")
            );
        }
        match (is_printed, formats.as_slice()) {
            (false, _) => Ok(Place::Folder { folder: self.output.clone(), formats }),
            (true, [only]) => Ok(Place::Printed(*only)),
            (true, several) => Err(Fault::usage(format!(
                "--output - writes one form to standard output, and {} are asked for",
                several.len()
            ))
            .repair("name one of them: --format md, html, json or csv")),
        }
    }
}

/// Writes the report and prints where it is, or the report itself.
///
/// # Errors
/// When there is no such campaign, or the files cannot be written.
pub(super) async fn run(
    args: ReportArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let place = args.place()?;
    let gates = args.gates.read()?;
    let open = stored::OpenStore::for_reading(args.given, places, observer).await?;
    let (campaign, changes) = open
        .with(async |store| {
            let campaign = store.load(&args.choice.which()).await?;
            gates.check(&campaign.campaign.plan)?;
            let changes = match args.baseline.as_deref().filter(|word| !word.is_empty()) {
                Some(word) => Some(Baseline::named(store, word).await?.changes(store, &campaign).await?),
                None => None,
            };
            Ok((campaign, changes))
        })
        .await?;
    let mut analysis = analyze::of(&campaign);
    analysis.gates = analyze::gate::judge(&gates.gates, &campaign, &analysis);
    analysis.changes = changes;
    let kept = gates.keep(&campaign, &analysis)?;
    match place {
        Place::Printed(format) => print::result(&report::one(&campaign, &analysis, format)?),
        Place::Folder { folder, formats } => {
            let folder = folder.unwrap_or_else(|| places.results.join(&campaign.campaign.id.0));
            let files = report::write(&campaign, &analysis, &folder, &formats)?;
            print::result(&report::text::gates(&campaign, &analysis));
            print::result(&(print::report_files(&files) + &kept));
            if let Some(page) = files.html.as_deref().filter(|_| args.open) {
                open_in_browser(page)?;
            }
        }
    }
    Ok(gates::class(&analysis).map_or(ExitCode::SUCCESS, |class| ExitCode::from(class.code())))
}

fn open_in_browser(page: &Path) -> Result<(), Fault> {
    let silent = Command::new("xdg-open").arg(page).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match silent {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Fault::failed(format!("no browser could be opened for {}", page.display()))
            .repair("open the file by hand")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Typed {
        #[command(flatten)]
        args: ReportArgs,
    }

    fn place(words: &[&str]) -> Result<Place, String> {
        let typed = Typed::parse_from([&["report"], words].concat());
        typed.args.place().map_err(|fault| fault.to_string())
    }

    #[test]
    fn one_form_may_be_printed_and_md_is_short_for_markdown() {
        assert_eq!(place(&["--output", "-", "--format", "md"]), Ok(Place::Printed(Format::Markdown)));
        let twice = ["--output", "-", "--format", "md,markdown"];
        assert_eq!(place(&twice), Ok(Place::Printed(Format::Markdown)));
        let all = Place::Folder { folder: Some("d".into()), formats: Format::ALL.to_vec() };
        assert_eq!(place(&["--output", "d"]), Ok(all));
    }

    #[test]
    fn what_cannot_be_meant_together_is_refused_before_anything_is_read() {
        for (words, told) in [
            (["--output", "-"].as_slice(), "4 are asked for"),
            (&["--output", "-", "--format", "md,json"], "2 are asked for"),
            (&["--output", "-", "--format", "html", "--open"], "writes none"),
            (&["--open", "--format", "json"], "leaves it out"),
        ] {
            let fault = place(words).unwrap_err();
            assert!(fault.contains(told), "{words:?}: {fault}");
        }
    }
}
