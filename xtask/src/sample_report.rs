//! The report in `docs/` that anyone can open, made by a real campaign, and the picture of it that
//! the README shows.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{fault::Fault, invocation::Invocation, repository::Repository, test::smoke};

/// What is measured: every service, five times in random order, at a load that all keep up with
/// even on a small host, and at one that takes all there is.
const CAMPAIGN: [&str; 6] = ["full", "--phases", "100x20s,350x20s", "--rounds", "5", "--ceiling"];

/// Where the report is kept, relative to the root, and what its files are called there.
const FOLDER: &str = "docs";
const NAME: &str = "sample-comparison-report";

/// What the runner writes, and the picture.
const KINDS: [&str; 4] = ["html", "json", "md", "png"];

/// The window that the picture shows, in pixels.
const WINDOW: (u32, u32) = (1280, 800);

#[derive(Debug, Clone, Args)]
pub(crate) struct SampleReportArguments {
    /// Make it of this stored campaign [default: measure one, which takes about 40 minutes of a host
    /// that does nothing else]
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
}

/// Measures unless a campaign is named, and replaces report and picture when all of it is made.
///
/// Errors: the campaign cannot be made or is not stored, or there is no Chromium; what was there
/// before is then still there.
pub(crate) fn run(repository: &Repository, arguments: &SampleReportArguments) -> Result<(), Fault> {
    let root = repository.root();
    let campaign = match &arguments.campaign {
        Some(id) => id.clone(),
        None => measure(root)?,
    };
    let docs = root.join(FOLDER);
    // On the disk of its place, so that it can be renamed into it.
    let made = tempfile::Builder::new()
        .prefix(".sample-report-")
        .tempdir_in(&docs)
        .map_err(Fault::because(format!("cannot write to {}", docs.display())))?;
    let output = made.path().display().to_string();
    let report =
        ["perf", "report", "--campaign", &campaign, "--format", "html,json,markdown", "--output", &output];
    Invocation::cargo(root, report).run()?;
    photograph(made.path())?;
    place(made.path(), &docs)?;
    for kind in KINDS {
        println!("{FOLDER}/{NAME}.{kind}");
    }
    Ok(())
}

/// Makes the campaign and gives its id.
fn measure(root: &Path) -> Result<String, Fault> {
    let measure = Invocation::cargo(root, ["perf"].into_iter().chain(CAMPAIGN));
    println!("$ {measure}");
    let output = measure.output()?;
    println!("{output}");
    let page = smoke::page_in(&output);
    let id = page.and_then(Path::parent).and_then(Path::file_name).and_then(|name| name.to_str());
    id.map(str::to_owned).ok_or_else(|| Fault::new("the campaign does not say where its report is"))
}

/// The first screen of the page, as a browser shows it whose user prefers light.
fn photograph(folder: &Path) -> Result<(), Fault> {
    // Another name than Debian's is given as to the browser's tests.
    let browser = std::env::var_os("CHROMIUM").unwrap_or_else(|| "chromium".into());
    let (width, height) = WINDOW;
    let picture = folder.join("report.png");
    let arguments = [
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--hide-scrollbars".to_owned(),
        "--force-device-scale-factor=1".to_owned(),
        "--blink-settings=preferredColorScheme=1".to_owned(),
        // The page asks for nothing; the browser itself would.
        "--host-resolver-rules=MAP * ~NOTFOUND".to_owned(),
        format!("--user-data-dir={}", folder.join("browser").display()),
        format!("--window-size={width},{height}"),
        format!("--screenshot={}", picture.display()),
        format!("file://{}", folder.join("report.html").display()),
    ];
    let outcome = Invocation::new(folder, browser, arguments).outcome()?;
    match fs::read(&picture).ok().as_deref().and_then(size_of) {
        Some(size) if size == WINDOW => Ok(()),
        Some((width, height)) => {
            Err(Fault::new(format!("Chromium made a picture of {width} x {height} instead of {WINDOW:?}")))
        }
        None => Err(Fault::new(format!(
            "Chromium made no picture:\n{}",
            String::from_utf8_lossy(&outcome.stderr).trim()
        ))),
    }
}

/// Width and height of a PNG file: its first chunk begins with them.
fn size_of(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.try_into().ok()?));
    Some((number(header.get(..4)?)?, number(header.get(4..)?)?))
}

/// Puts what was made into its place: all of it or nothing.
fn place(made: &Path, docs: &Path) -> Result<(), Fault> {
    let moves: Vec<(PathBuf, PathBuf)> = KINDS
        .iter()
        .map(|kind| (made.join(format!("report.{kind}")), docs.join(format!("{NAME}.{kind}"))))
        .collect();
    if let Some((missing, _)) = moves.iter().find(|(from, _)| !from.is_file()) {
        return Err(Fault::new(format!("{} was not made", missing.display())));
    }
    moves.iter().try_for_each(|(from, to)| {
        fs::rename(from, to).map_err(Fault::because(format!("cannot write {}", to.display())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_picture_is_read_and_something_else_has_none() {
        let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0, 0, 5, 0, 0, 0, 3, 32, 8]].concat();
        assert_eq!(size_of(&png), Some((1280, 800)));
        assert_eq!(size_of(b"GIF89a, which is no PNG at all"), None);
        assert_eq!(size_of(&png[..20]), None);
    }

    #[test]
    fn nothing_is_replaced_until_everything_is_made() {
        let (made, docs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let kept = docs.path().join("sample-comparison-report.html");
        fs::write(&kept, "old").unwrap();
        for kind in ["html", "json", "md"] {
            fs::write(made.path().join(format!("report.{kind}")), "new").unwrap();
        }
        let fault = place(made.path(), docs.path()).unwrap_err();
        assert!(fault.to_string().contains("report.png was not made"), "{fault}");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "old");
        fs::write(made.path().join("report.png"), "new").unwrap();
        place(made.path(), docs.path()).unwrap();
        assert_eq!(fs::read_to_string(&kept).unwrap(), "new");
        assert_eq!(fs::read_dir(docs.path()).unwrap().count(), 4);
    }
}
