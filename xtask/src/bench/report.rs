//! What is printed: a table of every turn and one of the medians, or the same as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::fault::Fault;

use super::{ServicesArguments, machine::Machine, turn::Turn};

/// Everything that was measured.
#[derive(Serialize)]
pub(super) struct Results {
    machine: Machine,
    settings: ServicesArguments,
    turns: Vec<Turn>,
    medians: Vec<Row>,
}

/// A column: its heading, its value of a turn, its digits.
type Column = (&'static str, fn(&Turn) -> Option<f64>, usize);

const COLUMNS: [Column; 15] = [
    ("cold req/s", |turn| Some(turn.warm_up_requests_per_second), 0),
    ("cold CPU", |turn| turn.warm_up_service_cpu_s_per_1000, 4),
    ("req/s", |turn| Some(turn.requests_per_second), 0),
    ("% of pgbench", |turn| turn.share_of_pgbench.map(|share| share * 100.0), 1),
    ("p50 ms", |turn| turn.p50_ms, 2),
    ("p99 ms", |turn| turn.p99_ms, 2),
    ("errors", |turn| Some(super::cost::to_f64(turn.failed)), 0),
    ("stmts/event", |turn| Some(turn.statements_per_event), 3),
    ("service CPU", |turn| turn.service_cpu_s_per_1000, 4),
    ("database CPU", |turn| Some(turn.database_cpu_s_per_1000), 4),
    ("generator CPU", |turn| Some(turn.generator_cpu_s_per_1000), 4),
    ("elsewhere %", |turn| Some(turn.elsewhere_share * 100.0), 1),
    ("start ms", |turn| turn.startup_ms, 0),
    ("idle MiB", |turn| turn.idle_memory_mib, 1),
    ("loaded MiB", |turn| turn.loaded_memory_mib, 1),
];

const LEGEND: &str = "CPU: seconds per 1,000 stored events. cold: in the warm-up, from the service's first call on. start: to the open port. elsewhere: the part of the \
machine that others used meanwhile.\nErrors: replies other than success, and none. A generator shares the machine \
with what it measures; wrk and ghz cost differently:\ncompare REST with REST and gRPC with gRPC, or by service CPU. \
Shares of pgbench depend on the disk: where commits are dear, they rise.";

/// One line of a table: a name and a value for every column.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    values: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct Value {
    column: &'static str,
    value: Option<f64>,
}

impl Results {
    /// Adds the medians.
    pub(super) fn new(machine: Machine, settings: ServicesArguments, turns: Vec<Turn>) -> Self {
        let medians = medians(&turns);
        Self { machine, settings, turns, medians }
    }
}

/// As JSON.
///
/// Errors: none in practice; serde's.
pub(super) fn json(results: &Results) -> Result<String, Fault> {
    serde_json::to_string_pretty(results).map_err(Fault::because("cannot write JSON"))
}

/// As text.
pub(super) fn tables(results: &Results) -> String {
    let Results { machine, settings, turns, medians } = results;
    let rows: Vec<Row> =
        turns.iter().map(|turn| row(format!("{} {}", turn.round + 1, turn.subject), |of| of(turn))).collect();
    format!(
        "{machine}; {} connections, {} s each after {} s of warm-up\n\n{}\nmedian of {} rounds\n{}\n{LEGEND}",
        settings.connections,
        settings.seconds,
        settings.warm_up_seconds,
        table(&rows),
        settings.rounds,
        table(medians)
    )
}

fn row(name: String, value: impl Fn(fn(&Turn) -> Option<f64>) -> Option<f64>) -> Row {
    let values = COLUMNS.iter().map(|(column, of, _)| Value { column, value: value(*of) }).collect();
    Row { name, values }
}

/// One row per subject, in the order of the first round.
fn medians(turns: &[Turn]) -> Vec<Row> {
    let mut subjects: Vec<&str> = Vec::new();
    for turn in turns {
        if !subjects.contains(&turn.subject.as_str()) {
            subjects.push(&turn.subject);
        }
    }
    let of_subject = |subject: &str| {
        row(subject.to_owned(), |of| {
            median(turns.iter().filter(|turn| turn.subject == subject).filter_map(of).collect())
        })
    };
    subjects.into_iter().map(of_subject).collect()
}

/// The middle one, or the mean of the two in the middle; none of nothing.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

fn table(rows: &[Row]) -> String {
    let name_width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = format!("{:name_width$}", "");
    for (heading, _, _) in COLUMNS {
        let _ = write!(text, "  {heading:>width$}", width = width(heading));
    }
    text.push('\n');
    for row in rows {
        let _ = write!(text, "{:name_width$}", row.name);
        for ((heading, _, digits), Value { value, .. }) in COLUMNS.iter().zip(&row.values) {
            let number = value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"));
            let _ = write!(text, "  {number:>width$}", width = width(heading));
        }
        text.push('\n');
    }
    text
}

fn width(heading: &str) -> usize {
    heading.len().max(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_middle_ones() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn what_does_not_apply_is_a_dash_and_no_zero() {
        let text = table(&[row("pgbench".to_owned(), |_| None)]);
        let line = text.lines().nth(1).unwrap();
        assert_eq!(line.split_whitespace().filter(|cell| *cell == "-").count(), COLUMNS.len());
        assert!(!line.contains('0'), "{line}");
    }
}
