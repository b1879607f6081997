//! Every figure of every phase for the terminal: figures are rows, phases columns,
//! as many beside each other as fit into 80 columns.

mod whole;

use std::collections::BTreeSet;

use comfy_table::{CellAlignment, Table};

use super::{
    format::{self, Figure, plain},
    text::{empty_table, rendered, shortened, wrapped},
    view::Mark,
};
use crate::model::{
    Check, CheckScope, FailureKind, Histogram, PhaseFigures, PhaseLoad, PlannedPhase, Quantiles,
    StoredCampaign, StoredRun, Target, TestRun, WindowFigures, WindowUse, samples_needed,
};

/// Phases beside each other.
const BESIDE: usize = 4;
/// What a label may take of the width.
const LABEL_CHARS: usize = 30;
const TARGETS: [Target; 5] = [Target::Api, Target::K6, Target::Postgres, Target::Runner, Target::Host];

/// The figures of all test runs, one after the other, each with its checks.
pub fn of(stored: &StoredCampaign) -> String {
    stored.runs.iter().map(test_run).collect()
}

fn test_run(StoredRun { run, checks }: &StoredRun) -> String {
    let title = format!(
        "{} {} (round {}, slot {}): {}",
        plain(&run.api),
        run.payload,
        run.round,
        run.slot,
        Mark::from(run.status).word
    );
    let mut text = format!("\n{}", wrapped(&title, "  "));
    let phases: Vec<Phase<'_>> = run.phases.iter().map(|figures| Phase::new(run, checks, figures)).collect();
    if phases.is_empty() {
        text.push_str("  no phase was begun\n");
    }
    for beside in phases.chunks(BESIDE) {
        text.push_str(&rendered(&table(beside)));
    }
    text.push_str(&whole::of(run, checks));
    text
}

/// A phase, its plan and its checks.
struct Phase<'a> {
    figures: &'a PhaseFigures,
    window: Option<&'a WindowFigures>,
    planned: Option<&'a PlannedPhase>,
    checks: Vec<&'a Check>,
}

impl<'a> Phase<'a> {
    fn new(run: &'a TestRun, checks: &'a [Check], figures: &'a PhaseFigures) -> Self {
        let is_here =
            |check: &&Check| matches!(&check.scope, CheckScope::Phase(name) if *name == figures.name);
        Self {
            figures,
            window: figures.window.as_ref(),
            planned: run.planned.iter().find(|planned| planned.name == figures.name),
            checks: checks.iter().filter(is_here).collect(),
        }
    }

    fn used(&self, target: Target) -> Option<&WindowUse> {
        self.window?.resources.get(&target)
    }

    /// What counts: that of the window, or of the whole phase where none is cut out.
    fn acknowledged(&self) -> Option<u64> {
        match self.window {
            Some(window) => window.acknowledged,
            None => Some(self.figures.acknowledged),
        }
    }

    /// Acknowledged in each second that counts.
    fn seconds(&self) -> impl Iterator<Item = u64> {
        let counts = |second: u32| match (self.window, self.planned) {
            (Some(window), Some(planned)) => {
                #[allow(clippy::cast_precision_loss)] // Milliseconds of hours.
                let at_ms = planned.start_ms as f64 + f64::from(second) * 1000.0;
                (window.start_ms..window.end_ms).contains(&at_ms)
            }
            _ => false,
        };
        self.figures.seconds.iter().filter(move |second| counts(second.second)).filter_map(|second| second.ok)
    }

    fn failure_kinds(&self) -> impl Iterator<Item = &FailureKind> {
        let of_window = self.window.and_then(|window| window.failed.as_ref());
        of_window.unwrap_or(&self.figures.failed).keys()
    }

    fn failed(&self, kind: &FailureKind) -> Option<u64> {
        let failed = match self.window {
            Some(window) => window.failed.as_ref()?,
            None => &self.figures.failed,
        };
        Some(failed.get(kind).copied().unwrap_or(0))
    }

    /// Bytes per 1,000 acknowledged events.
    #[allow(clippy::cast_precision_loss)] // A rounded figure for people.
    fn per_1000(&self, bytes: Option<u64>) -> Figure {
        let events = self.acknowledged().filter(|events| *events > 0);
        format::mean_bytes(bytes.zip(events).map(|(bytes, events)| bytes as f64 * 1000.0 / events as f64))
    }
}

/// A row: its label and a value for each phase.
type Row = (String, Vec<String>);

fn table(phases: &[Phase<'_>]) -> Table {
    let names: Vec<String> = phases.iter().map(|phase| plain(&phase.figures.name)).collect();
    let mut header = vec![""];
    header.extend(names.iter().map(String::as_str));
    let mut table = empty_table(&header);
    let rows = counts(phases)
        .into_iter()
        .chain(durations(phases))
        .chain(resources(phases))
        .chain(database(phases))
        .chain(verdicts(phases));
    for (label, values) in rows {
        // A row that says nothing of any of these phases is none.
        if values.iter().any(|value| value != "-") {
            table.add_row(std::iter::once(label).chain(values));
        }
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(label: &str, phases: &[Phase<'_>], value: impl Fn(&Phase<'_>) -> Figure) -> Row {
    let text = |phase| {
        let figure: Figure = value(phase);
        if figure.text == "not measured" { "-".to_owned() } else { figure.text }
    };
    (format!("  {label}"), phases.iter().map(text).collect())
}

type CountOf<T> = fn(&T) -> Option<u64>;

/// A count of the window, or of the whole phase where none is cut out.
fn counted(
    label: &str,
    phases: &[Phase<'_>],
    (of_window, of_phase): (CountOf<WindowFigures>, CountOf<PhaseFigures>),
) -> Row {
    row(label, phases, |phase| {
        format::maybe_count(phase.window.map_or_else(|| of_phase(phase.figures), of_window))
    })
}

fn counts(phases: &[Phase<'_>]) -> Vec<Row> {
    let load = |phase: &Phase<'_>| phase.planned.map_or("-".to_owned(), |planned| load(&planned.load));
    let mut rows = vec![
        ("  load".to_owned(), phases.iter().map(load).collect()),
        row("window", phases, |phase| format::milliseconds(phase.figures.window_ms)),
        row("throughput", phases, |phase| format::per_second(phase.figures.throughput_per_s)),
        counted("calls begun", phases, (|window| window.attempts, |_| None)),
        counted("iterations", phases, (|window| window.iterations, |phase| Some(phase.iterations))),
        row("acknowledged", phases, |phase| format::maybe_count(phase.acknowledged())),
        row("  in its least second", phases, |phase| format::maybe_count(phase.seconds().min())),
        row("  in its best second", phases, |phase| format::maybe_count(phase.seconds().max())),
    ];
    let kinds: BTreeSet<&FailureKind> = phases.iter().flat_map(Phase::failure_kinds).collect();
    rows.push(counted("failed", phases, (failed_in, |phase| Some(phase.failed_total()))));
    for kind in kinds {
        let label = format!("  {}", shortened(&plain(&kind.0), LABEL_CHARS));
        rows.push(row(&label, phases, |phase| format::maybe_count(phase.failed(kind))));
    }
    rows.extend([
        counted("unknown", phases, (|window| window.unknown, |phase| Some(phase.unknown))),
        counted("dropped", phases, (|window| window.dropped, |phase| phase.dropped)),
        counted(
            "connections opened",
            phases,
            (|window| window.connections_opened, |phase| phase.connections_opened),
        ),
        row("sent", phases, |phase| {
            format::bytes(phase.window.map_or(phase.figures.sent_bytes, |window| window.sent_bytes))
        }),
        row("received", phases, |phase| {
            format::bytes(phase.window.map_or(phase.figures.received_bytes, |window| window.received_bytes))
        }),
        of_window("VUs, mean", phases, |window| format::quotient(window.mean_vus)),
        of_window("VUs, by their time", phases, |window| format::quotient(window.time_weighted_vus)),
    ]);
    rows
}

fn failed_in(window: &WindowFigures) -> Option<u64> {
    window.failed.as_ref().map(|failed| failed.values().sum())
}

fn of_window(label: &str, phases: &[Phase<'_>], value: fn(&WindowFigures) -> Figure) -> Row {
    row(label, phases, |phase| phase.window.map_or_else(|| Figure::missing(""), value))
}

fn load(load: &PhaseLoad) -> String {
    match load {
        PhaseLoad::Iterations { vus, per_vu, .. } => format!("{vus} VU x {per_vu}"),
        PhaseLoad::Vus { vus, .. } => format!("{vus} VUs"),
        PhaseLoad::Rate { per_s, .. } => format!("{per_s} /s"),
    }
}

/// A quantile of a clock: of the window's histogram, or of the whole phase.
struct Clock {
    label: &'static str,
    histogram: fn(&WindowFigures) -> Option<&Histogram>,
    quantiles: fn(&PhaseFigures) -> Option<&Quantiles>,
}

const CLOCKS: [Clock; 3] = [
    Clock {
        label: "call",
        histogram: |window| window.ok.as_ref(),
        quantiles: |phase| phase.iteration.as_ref(),
    },
    Clock { label: "call not acked", histogram: |window| window.not_ok.as_ref(), quantiles: |_| None },
    Clock {
        label: "request",
        histogram: |window| window.request.as_ref(),
        quantiles: |phase| phase.request.as_ref(),
    },
];

/// The curve: what is asked for, and how many samples it takes to be said.
const CURVE: [(&str, f64); 7] = [
    ("p50", 0.5),
    ("p75", 0.75),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("p99.99", 0.9999),
];

fn durations(phases: &[Phase<'_>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for Clock { label, histogram, quantiles } in CLOCKS {
        // A phase without a window has the quantiles that the generator itself gave.
        let whole = |phase: &Phase<'_>| {
            phase.window.map_or_else(
                || quantiles(phase.figures).cloned(),
                |window| histogram(window).and_then(Histogram::quantiles),
            )
        };
        let of = |phase: &Phase<'_>, value: fn(&Quantiles) -> f64| {
            format::milliseconds(whole(phase).as_ref().map(value))
        };
        rows.push(row(&format!("{label}, mean"), phases, |phase| of(phase, |known| known.mean_ms)));
        for (name, quantile) in CURVE {
            rows.push(row(&format!("{label}, {name}"), phases, |phase| match phase.window {
                Some(window) => {
                    format::milliseconds(histogram(window).and_then(|all| all.shown_quantile_ms(quantile)))
                }
                None => format::milliseconds(whole(phase).and_then(|known| exact(&known, quantile))),
            }));
        }
        rows.push(row(&format!("{label}, largest"), phases, |phase| of(phase, |known| known.max_ms)));
    }
    rows.extend([
        of_window("client overhead, mean", phases, |window| format::milliseconds(window.client_overhead_ms)),
        of_window("slope over the window", phases, |window| percent(window.slope)),
    ]);
    rows
}

fn exact(known: &Quantiles, quantile: f64) -> Option<f64> {
    let value = match quantile {
        0.5 => known.p50_ms,
        0.9 => known.p90_ms,
        0.95 => known.p95_ms,
        0.99 => known.p99_ms,
        _ => return None,
    };
    (known.count >= samples_needed(quantile)).then_some(value)
}

fn percent(share: Option<f64>) -> Figure {
    match share {
        Some(share) => Figure { text: format!("{:.1} %", share * 100.0), ..format::quotient(Some(share)) },
        None => Figure::missing("%"),
    }
}

fn resources(phases: &[Phase<'_>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for target in TARGETS {
        let mut of = |what: &str, value: fn(&WindowUse) -> Figure| {
            rows.push(row(&format!("{target}: {what}"), phases, |phase| {
                phase.used(target).map_or_else(|| Figure::missing(""), value)
            }));
        };
        of("CPU s / 1,000 events", |used| format::quotient(used.cpu_seconds_per_1000_events));
        of("CPU, cores", |used| format::quotient(used.cpu_cores));
        of("memory, largest", |used| format::bytes(used.rss_max_bytes));
        of("threads, most", |used| format::maybe_count(used.threads_max));
        of("context switches", |used| format::maybe_count(used.context_switches));
        of("throttled", |used| format::milliseconds(used.throttled_seconds.map(|seconds| seconds * 1000.0)));
        let per_1000 = |what: &str, bytes: fn(&WindowUse) -> Option<u64>| {
            row(&format!("{target}: {what} / 1,000 events"), phases, |phase| {
                phase.per_1000(phase.used(target).and_then(bytes))
            })
        };
        rows.push(per_1000("network", |used| used.network_bytes));
        rows.push(per_1000("disk", |used| used.block_bytes));
    }
    rows
}

fn database(phases: &[Phase<'_>]) -> Vec<Row> {
    vec![
        of_window("statements per event", phases, |window| format::quotient(window.statements_per_event)),
        of_window("rows per event", phases, |window| format::quotient(window.rows_per_event)),
        of_window("transactions per event", phases, |window| format::quotient(window.transactions_per_event)),
        of_window("WAL per event", phases, |window| format::mean_bytes(window.wal_bytes_per_event)),
    ]
}

fn verdicts(phases: &[Phase<'_>]) -> Vec<Row> {
    let mut ids: Vec<&str> = Vec::new();
    for check in phases.iter().flat_map(|phase| &phase.checks) {
        if !ids.contains(&check.id.as_str()) {
            ids.push(&check.id);
        }
    }
    let of_phase = |id: &str, phase: &Phase<'_>| {
        let check = phase.checks.iter().find(|check| check.id == id);
        check.map_or("-".to_owned(), |check| check.verdict.to_string())
    };
    let row = |id: &str| {
        let label = format!("  check: {}", shortened(&plain(id).replace('_', " "), LABEL_CHARS));
        (label, phases.iter().map(|phase| of_phase(id, phase)).collect())
    };
    ids.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests;
