//! CSV tables: a header, then a row for each phase, second, sample, ...

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use ::csv::{Writer, WriterBuilder};
use serde::Serialize;

use super::{
    Export, not_written,
    rows::{Activity, Checked, Percentile, Phase, Sample, Second, Statement, Used},
};
use crate::{
    fault::Fault,
    model::{Campaign, StoredRun},
};

/// A table of its own for each grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Table {
    /// What was planned and measured of each phase.
    Phases,
    /// What each process used in each phase's window.
    Uses,
    /// Percentiles of each phase's clocks.
    Percentiles,
    /// Each phase second by second.
    Seconds,
    /// What each process had used, second by second.
    Samples,
    /// What the database's connections were doing, second by second.
    Activity,
    /// What each statement used, by test run and by phase.
    Statements,
    /// The verdicts.
    Checks,
}

impl Table {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Phases,
        Self::Uses,
        Self::Percentiles,
        Self::Seconds,
        Self::Samples,
        Self::Activity,
        Self::Statements,
        Self::Checks,
    ];

    /// The name of its file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Phases => "phases.csv",
            Self::Uses => "uses.csv",
            Self::Percentiles => "percentiles.csv",
            Self::Seconds => "seconds.csv",
            Self::Samples => "samples.csv",
            Self::Activity => "activity.csv",
            Self::Statements => "statements.csv",
            Self::Checks => "checks.csv",
        }
    }

    fn columns(self) -> ::csv::Result<::csv::StringRecord> {
        match self {
            Self::Phases => columns::<Phase<'_>>(),
            Self::Uses => columns::<Used<'_>>(),
            Self::Percentiles => columns::<Percentile<'_>>(),
            Self::Seconds => columns::<Second<'_>>(),
            Self::Samples => columns::<Sample<'_>>(),
            Self::Activity => columns::<Activity<'_>>(),
            Self::Statements => columns::<Statement<'_>>(),
            Self::Checks => columns::<Checked<'_>>(),
        }
    }

    fn rows<W: Write>(self, run: &StoredRun, out: &mut Writer<W>) -> ::csv::Result<()> {
        match self {
            Self::Phases => each(Phase::of(run), out),
            Self::Uses => each(Used::of(run), out),
            Self::Percentiles => each(Percentile::of(run), out),
            Self::Seconds => each(Second::of(run), out),
            Self::Samples => each(Sample::of(run), out),
            Self::Activity => each(Activity::of(run), out),
            Self::Statements => each(Statement::of(run), out),
            Self::Checks => each(Checked::of(run), out),
        }
    }
}

/// A whole table as text: a header, and a line for each row.
///
/// # Errors
/// When a row has no CSV form, such as one with a list in it.
pub fn text<T: Serialize + Default>(rows: impl IntoIterator<Item = T>) -> Result<String, Fault> {
    let lines = || {
        let mut out = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        out.write_record(&columns::<T>()?)?;
        each(rows, &mut out)?;
        out.into_inner().map_err(|error| error.into_error().into())
    };
    let bytes: ::csv::Result<Vec<u8>> = lines();
    let bytes = bytes.map_err(|error| Fault::failed("the result has no CSV form").cause(error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The names of a row's fields.
fn columns<T: Serialize + Default>() -> ::csv::Result<::csv::StringRecord> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.serialize(T::default())?;
    let bytes = writer.into_inner().map_err(::csv::IntoInnerError::into_error)?;
    ::csv::ReaderBuilder::new().from_reader(bytes.as_slice()).headers().cloned()
}

fn each<T: Serialize, W: Write>(rows: impl IntoIterator<Item = T>, out: &mut Writer<W>) -> ::csv::Result<()> {
    rows.into_iter().try_for_each(|row| out.serialize(row))
}

/// One table.
#[derive(Debug)]
pub struct CsvTable<W: Write> {
    table: Table,
    out: Writer<W>,
}

impl<W: Write> CsvTable<W> {
    /// Begins it with its header, which is there even when no row is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(table: Table, out: W) -> Result<Self, Fault> {
        let mut out = WriterBuilder::new().has_headers(false).from_writer(out);
        let header = table.columns().and_then(|columns| out.write_record(&columns));
        header.map_err(|error| not_written(table.file_name(), error))?;
        Ok(Self { table, out })
    }
}

impl<W: Write> Export for CsvTable<W> {
    /// Its id is part of every row.
    fn campaign(&mut self, _campaign: &Campaign) -> Result<(), Fault> {
        Ok(())
    }

    fn run(&mut self, run: &StoredRun) -> Result<(), Fault> {
        self.table.rows(run, &mut self.out).map_err(|error| not_written(self.table.file_name(), error))
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.out.flush().map_err(|error| not_written(self.table.file_name(), error))
    }
}

/// Every table as a file of a folder.
#[derive(Debug)]
pub struct CsvFiles(Vec<CsvTable<BufWriter<File>>>);

impl CsvFiles {
    /// Begins all of them; the folder is made when it is missing.
    ///
    /// # Errors
    /// When the folder or a file cannot be written.
    pub fn begin(folder: &Path) -> Result<Self, Fault> {
        let failed = |error| not_written(&folder.display().to_string(), error);
        fs::create_dir_all(folder).map_err(failed)?;
        let table = |table: Table| {
            let file = File::create(folder.join(table.file_name())).map_err(failed)?;
            CsvTable::begin(table, BufWriter::new(file))
        };
        Table::ALL.into_iter().map(table).collect::<Result<_, _>>().map(Self)
    }
}

impl Export for CsvFiles {
    fn campaign(&mut self, campaign: &Campaign) -> Result<(), Fault> {
        self.0.iter_mut().try_for_each(|table| table.campaign(campaign))
    }

    fn run(&mut self, run: &StoredRun) -> Result<(), Fault> {
        self.0.iter_mut().try_for_each(|table| table.run(run))
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.0.iter_mut().try_for_each(Export::end)
    }
}
