//! `runs export`.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use chrono::Utc;
use clap::{Args, ValueEnum};

use super::{
    Fault, Observer, Places, StoreArgs,
    filter::FilterArgs,
    stored::{self, OpenStore},
};
use crate::{
    export::{CsvFiles, CsvTable, Export, JsonDocument, Table},
    model::{CampaignFilter, WhichCampaign},
    store::Store,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// Ids of campaigns, or `latest` [default: latest].
    #[arg(value_name = "ID", conflicts_with = "all")]
    campaigns: Vec<String>,
    /// Every campaign, or every one that the filters leave.
    #[arg(long, env = "PERF_RUNS_ALL")]
    all: bool,
    #[command(flatten)]
    filter: FilterArgs,
    /// What to write.
    #[arg(long, value_enum, default_value = "json", env = "PERF_EXPORT_FORMAT")]
    format: ExportFormat,
    /// The one CSV table to write [default: all of them, where --output names a folder; else phases].
    #[arg(long, value_enum, value_name = "TABLE", env = "PERF_EXPORT_TABLE")]
    table: Option<Table>,
    /// File to write; for all CSV tables a folder [default: standard output].
    #[arg(long, value_name = "PATH", env = "PERF_OUTPUT")]
    output: Option<PathBuf>,
    #[command(flatten)]
    given: StoreArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One document with everything.
    Json,
    /// Tables of comma-separated values.
    Csv,
}

pub(super) async fn run(
    args: ExportArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let ExportArgs { campaigns, all, filter, format, table, output, given } = args;
    if format == ExportFormat::Json && table.is_some() {
        return Err(Fault::usage("--table is for --format csv").repair("the JSON document has everything"));
    }
    let filter = filter.filter(Utc::now());
    let by_filter = all || filter != CampaignFilter::default();
    let open = OpenStore::for_reading(given, places, observer).await?;
    let work = async |store: &Store| {
        let which = if by_filter && campaigns.is_empty() {
            let found = store.list(&filter).await?;
            found.into_iter().map(|campaign| WhichCampaign::Id(campaign.id)).collect()
        } else if campaigns.is_empty() {
            vec![WhichCampaign::Latest]
        } else {
            campaigns.iter().map(|word| stored::which(word)).collect()
        };
        // Nothing is written for a campaign that is not there.
        let mut export = None;
        for which in &which {
            write(store, which, &mut export, || target(format, table, output.as_deref())).await?;
        }
        match export {
            Some(mut export) => export.end(),
            None => target(format, table, output.as_deref())?.end(),
        }
    };
    match open.with(work).await {
        // A reader that has seen enough is no failure.
        Err(fault) if is_broken_pipe(&fault) => Ok(ExitCode::SUCCESS),
        done => done.map(|()| ExitCode::SUCCESS),
    }
}

type Target = Box<dyn Export>;

/// One campaign, test run by test run.
async fn write(
    store: &Store,
    which: &WhichCampaign,
    export: &mut Option<Target>,
    open: impl Fn() -> Result<Target, Fault>,
) -> Result<(), Fault> {
    let stored = store.load(which).await?;
    let export = match export {
        Some(begun) => begun,
        None => export.insert(open()?),
    };
    export.campaign(&stored.campaign)?;
    for mut run in stored.runs {
        run.run.samples = store.samples(&run.run).await?;
        export.run(&run)?;
    }
    Ok(())
}

fn target(format: ExportFormat, table: Option<Table>, output: Option<&Path>) -> Result<Target, Fault> {
    match (format, table, output) {
        (ExportFormat::Json, _, _) => Ok(Box::new(JsonDocument::begin(writer(output)?)?)),
        (ExportFormat::Csv, None, Some(folder)) => Ok(Box::new(CsvFiles::begin(folder)?)),
        (ExportFormat::Csv, table, _) => {
            Ok(Box::new(CsvTable::begin(table.unwrap_or(Table::Phases), writer(output)?)?))
        }
    }
}

fn writer(output: Option<&Path>) -> Result<Box<dyn Write>, Fault> {
    let Some(path) = output else { return Ok(Box::new(BufWriter::new(io::stdout()))) };
    let file = File::create(path).map_err(|error| {
        Fault::failed(format!("cannot write {}", path.display()))
            .cause(error)
            .repair("its folder must be there and be writable for this user")
    })?;
    Ok(Box::new(BufWriter::new(file)))
}

fn is_broken_pipe(fault: &Fault) -> bool {
    let mut cause = std::error::Error::source(fault);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        if let Some(json) = error.downcast_ref::<serde_json::Error>()
            && json.io_error_kind() == Some(io::ErrorKind::BrokenPipe)
        {
            return true;
        }
        cause = error.source();
    }
    false
}
