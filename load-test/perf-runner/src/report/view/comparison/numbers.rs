//! Every number of every API, phase by phase and round by round.

use serde::Serialize;

use super::{
    Table,
    source::{Source, fact},
    words,
};
use crate::{
    model::{ApiAnalysis, Cell, Check, PhaseAnalysis, Scalability, Verdict},
    report::{
        format::{self, plain},
        view::Named,
    },
};

/// One API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiNumbers {
    /// Its name.
    pub api: String,
    /// What links point to.
    pub anchor: String,
    /// What there is to know of it over all rounds.
    pub facts: Vec<Named>,
    /// One row per phase and round.
    pub table: Table,
    /// What the rounds of each load say together, for the page alone.
    #[serde(skip)]
    pub over_rounds: Table,
}

pub(super) fn all(source: &Source<'_>) -> Vec<ApiNumbers> {
    source.payload.apis.iter().map(|api| numbers(source, api)).collect()
}

fn numbers(source: &Source<'_>, api: &ApiAnalysis) -> ApiNumbers {
    let head = [
        "Load and round",
        "Verdict",
        "Acknowledged",
        "p50",
        "p95",
        "p99",
        "Mean call",
        "VUs",
        "Calls",
        "Not ok",
        "Overhead",
        "Checks that did not pass",
    ];
    let mut table = Table::new(&format!("Phases of {}", source.short(&api.api)), &head);
    for phase in &api.phases {
        for cell in &phase.cells {
            let name = format!("{}, round {}", words::load(&phase.load), cell.round);
            table.row(&name, cell.is_usable(), cells(source, phase, cell));
        }
    }
    let runs = source
        .stored
        .runs
        .iter()
        .filter(|stored| stored.run.api == api.api && stored.run.payload == source.payload.payload);
    let starts: Vec<f64> = runs.filter_map(|stored| stored.run.start_up_ms).collect();
    let start_up = super::source::mean(&starts);
    ApiNumbers {
        api: source.short(&api.api),
        anchor: format!("{}-{}", source.payload.payload, source.style(&api.api)),
        facts: vec![
            fact("Stack", format!("{} {}", api.language, api.protocol)),
            fact("Sustains", api.capacity.as_ref().map_or("no usable load".to_owned(), words::capacity)),
            fact("Stops to grow", words::knee(api)),
            fact("Start-up, mean of rounds", words::ms(start_up)),
        ],
        table,
        over_rounds: over_rounds(source, api),
    }
}

/// One row per load; where only one round is valid there is nothing to hold it against.
fn over_rounds(source: &Source<'_>, api: &ApiAnalysis) -> Table {
    let caption = format!("The rounds of {} together", source.short(&api.api));
    let mut table = Table::new(&caption, &["Load", "Valid rounds", "Varies by", "Environment"]);
    let text = |check: &Check| match (check.verdict, check.id.as_str(), check.value) {
        (Verdict::Ok, "rounds", Some(rounds)) => rounds.to_string(),
        (Verdict::Ok, "noise", Some(share)) => format!("{:.1} %", share * 100.0),
        (Verdict::Ok, ..) => "the same".to_owned(),
        (verdict, ..) => format!("{verdict}: {}", plain(&check.text)),
    };
    for phase in &api.phases {
        let mut cells: Vec<String> = phase.checks.iter().map(text).collect();
        cells.resize(3, "\u{2013}".to_owned());
        table.row(&words::load(&phase.load), true, cells);
    }
    table
}

fn cells(source: &Source<'_>, phase: &PhaseAnalysis, cell: &Cell) -> Vec<String> {
    let overhead = source
        .figures(phase, cell)
        .and_then(|figures| figures.window.as_ref())
        .and_then(|window| window.client_overhead_ms);
    vec![
        cell.verdict.map_or("not made".to_owned(), |verdict| verdict.to_string()),
        words::or_missing(cell.throughput_per_s, words::rate),
        percentile(cell.p50_ms, cell.within_ms[0]),
        percentile(cell.p95_ms, cell.within_ms[1]),
        percentile(cell.p99_ms, cell.within_ms[2]),
        words::ms(cell.mean_call_ms),
        words::or_missing(cell.mean_vus, |vus| format!("{vus:.1}")),
        format::maybe_count(cell.calls).text,
        format::maybe_count(cell.not_ok).text,
        words::ms(overhead),
        plain(&cell.limited_by.join(", ")).replace('_', " "),
    ]
}

/// `12.3 ms (11.8-12.9)`, with an en dash; the unit of the ends is the value's unless it is said.
fn percentile(value: Option<f64>, within: Option<(f64, f64)>) -> String {
    let text = words::ms(value);
    let Some((low, high)) = within.filter(|_| value.is_some()) else { return text };
    let unit = text.rsplit(' ').next().unwrap_or_default();
    let bare = |end: f64| {
        let end = words::ms(Some(end));
        end.strip_suffix(unit).map_or(end.clone(), |bare| bare.trim_end().to_owned())
    };
    format!("{text} ({}\u{2013}{})", bare(low), bare(high))
}

/// The universal scalability law, where its gates allow it to be shown.
pub(super) fn scalability(source: &Source<'_>) -> Table {
    let mut table = Table::new(
        "Universal scalability law, on busy users",
        &["API", "Per user and second", "Contention", "Crosstalk", "Largest miss"],
    );
    for api in &source.payload.apis {
        let cells = match &api.scalability {
            Scalability::Fits { lambda, sigma, kappa, worst_residual } => vec![
                format!("{lambda:.1}"),
                format!("{sigma:.4}"),
                format!("{kappa:.6}"),
                format!("{:.1} %", worst_residual * 100.0),
            ],
            Scalability::None { reason } => {
                vec![format!("no fit: {reason}"), String::new(), String::new(), String::new()]
            }
        };
        table.row(&source.short(&api.api), true, cells);
    }
    table
}
