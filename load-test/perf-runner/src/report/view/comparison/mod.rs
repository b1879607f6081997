//! The comparison of APIs under held loads: verdict, ranking, charts, validity and
//! every number, for one payload size.

// Numbers of rounds, rows and calls are far below 2^52.
#![allow(clippy::cast_precision_loss)]

mod charts;
mod matrix;
mod numbers;
mod pairs;
mod ranking;
mod source;
mod verdict;
mod words;

use serde::Serialize;

use self::source::Source;
pub(super) use self::words::load as load_in_words;
pub use self::{
    matrix::{MatrixCell, MatrixRow},
    numbers::ApiNumbers,
    pairs::PairView,
    ranking::RankRow,
    verdict::{FindingView, Topic},
};
use super::{Mark, plain};
use crate::model::{
    Analysis, CheckScope, Comparison, Interval, Measured, Metric, PairClaim, PayloadAnalysis, StoredCampaign,
};

/// What may be said of the APIs at one payload size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonView {
    /// The payload's word; part of every anchor.
    pub payload: String,
    /// What was compared, in words.
    pub title: String,
    /// The sentences, the first one answers the question.
    pub verdict: Vec<FindingView>,
    /// The same by what a reader asks, for the page alone.
    #[serde(skip)]
    pub topics: Vec<Topic>,
    /// What latencies in the ranking are of.
    pub reference: String,
    /// One row per API.
    pub ranking: Vec<RankRow>,
    /// C1 to C8.
    pub charts: Vec<ChartView>,
    /// Same language, other wire; same wire, other language.
    pub stacks: Vec<PairView>,
    /// The same as tables with the values themselves, for the page alone.
    #[serde(skip)]
    pub grids: Vec<Table>,
    /// The loads: columns of the matrix.
    pub loads: Vec<String>,
    /// Which phases can be used.
    pub matrix: Vec<MatrixRow>,
    /// Every number of every API.
    pub numbers: Vec<ApiNumbers>,
    /// Why there is no fit of the scalability law, or its parameters.
    pub scalability: Table,
    /// All pairs on all metrics, as numbers.
    pub pairs: Vec<PairNumbers>,
    /// What all of this was computed from, round by round.
    pub measured: Measured,
}

/// One pair as numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairNumbers {
    /// What is compared.
    pub metric: Metric,
    /// The one with the larger value.
    pub of: String,
    /// The other.
    pub to: String,
    /// Their ratio with the interval that claims are made from.
    pub ratio: Interval,
    /// Simultaneous over all pairs.
    pub simultaneous: Interval,
    /// Of this pair alone.
    pub paired: Interval,
    /// What may be said.
    pub claim: PairClaim,
    /// Rounds that would make the interval about +-5 % wide.
    pub rounds_for_5_percent: Option<usize>,
    /// The complete rounds it rests on.
    pub rounds: Vec<u32>,
}

/// A chart, what it asks and what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartView {
    /// What links point to.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The question it answers.
    pub question: String,
    /// The answer in words.
    pub reading: String,
    /// The drawing, for the page alone.
    #[serde(skip)]
    pub svg: String,
    /// The same as numbers.
    pub table: Table,
}

/// Texts in rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Table {
    /// What it is.
    pub caption: String,
    /// Heads of the columns.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TableRow {
    /// Its head.
    pub name: String,
    /// Its cells.
    pub cells: Vec<String>,
    /// Whether its figures may be used; else they are struck through.
    pub is_valid: bool,
}

impl Table {
    fn new(caption: &str, head: &[&str]) -> Self {
        Self {
            caption: caption.to_owned(),
            head: head.iter().map(|&text| text.to_owned()).collect(),
            rows: vec![],
        }
    }

    fn row(&mut self, name: &str, is_valid: bool, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().collect();
        self.rows.push(TableRow { name: plain(name), cells, is_valid });
    }
}

/// One view per payload size with held loads.
pub(super) fn views(stored: &StoredCampaign, analysis: &Analysis) -> Vec<ComparisonView> {
    analysis.payloads.iter().map(|payload| view(stored, payload)).collect()
}

fn view(stored: &StoredCampaign, payload: &PayloadAnalysis) -> ComparisonView {
    let source = Source::new(stored, payload);
    let verdict = verdict::findings(&source);
    ComparisonView {
        payload: payload.payload.to_string(),
        title: words::title(&source),
        topics: verdict::topics(&verdict),
        verdict,
        reference: words::reference(payload.reference.as_ref()),
        ranking: ranking::rows(&source),
        charts: charts::all(&source),
        stacks: pairs::stacks(&source),
        grids: pairs::grids(&source),
        loads: matrix::loads(&source),
        matrix: matrix::rows(&source),
        numbers: numbers::all(&source),
        scalability: numbers::scalability(&source),
        pairs: payload.comparisons.iter().flat_map(pair_numbers).collect(),
        measured: measured(payload),
    }
}

/// Its texts may come from outside.
fn measured(payload: &PayloadAnalysis) -> Measured {
    let mut measured = Measured::of(payload);
    for api in &mut measured.apis {
        api.api = plain(&api.api);
        for phase in &mut api.phases {
            phase.name = plain(&phase.name);
            for check in &mut phase.checks {
                check.scope = CheckScope::Phase(phase.name.clone());
            }
            for reason in phase.cells.iter_mut().flat_map(|cell| &mut cell.limited_by) {
                *reason = plain(reason);
            }
        }
    }
    measured
}

fn pair_numbers(comparison: &Comparison) -> impl Iterator<Item = PairNumbers> {
    comparison.pairs.iter().map(|pair| PairNumbers {
        metric: comparison.metric,
        of: plain(&pair.of),
        to: plain(&pair.to),
        ratio: pair.ratio,
        simultaneous: pair.simultaneous,
        paired: pair.paired,
        claim: pair.claim,
        rounds_for_5_percent: pair.rounds_for_5_percent,
        rounds: comparison.rounds.clone(),
    })
}

fn mark_of(is_usable: bool, worst: Option<crate::model::Verdict>) -> Mark {
    match worst {
        None => Mark { word: "not made", symbol: "\u{2013}" },
        Some(verdict) if is_usable => verdict.into(),
        Some(_) => crate::model::Verdict::Invalid.into(),
    }
}
