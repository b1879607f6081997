//! Reports for the terminal: plain text of at most 80 columns, the same for the
//! same campaign wherever it is printed.

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, presets::NOTHING};

use super::{
    format::{between, plain},
    view::{ComparisonView, GateView, Mark, Named, ReportView, RunView, Warning},
};
use crate::model::{Analysis, CampaignSummary, StoredCampaign};

pub(super) const WIDTH: u16 = 80;

/// A screen full of warnings hides the verdict above it.
const MOST_WARNINGS: usize = 12;

/// What `perf-runner` prints when a campaign is over: the ranking of held loads or
/// one row per test run, and what may be said of them.
pub fn table(stored: &StoredCampaign, analysis: &Analysis) -> String {
    let view = ReportView::new(stored, analysis);
    let mut text = results(&view);
    text.push('\n');
    for sentence in &view.answer {
        text.push_str(&wrapped(sentence, ""));
    }
    text.push_str(&gate_lines(&view.gates));
    if let Some(changes) = &view.changes {
        text.push_str("\nSince another campaign\n");
        text.push_str(&super::changes::sentences(changes));
    }
    text.push_str(&warnings(&view.warnings));
    text.push_str(&pairs("Left out", &view.left_out));
    text.push_str(&pairs("Planned and not made", &view.not_made));
    text
}

/// What gates say, on their own; empty without gates.
pub fn gates(stored: &StoredCampaign, analysis: &Analysis) -> String {
    gate_lines(&ReportView::new(stored, analysis).gates).trim_start().to_owned()
}

/// Each gate as it was typed, and below it what it says.
fn gate_lines(gates: &[GateView]) -> String {
    let mut text = if gates.is_empty() { String::new() } else { "\nGates\n".to_owned() };
    for gate in gates {
        text.push_str(&wrapped(&format!("  {} {}: {}", gate.mark.symbol, gate.mark.word, gate.gate), "    "));
        for sentence in &gate.told {
            text.push_str(&wrapped(&format!("    {sentence}"), "    "));
        }
    }
    text
}

/// `runs list`: one row per campaign, in the order given. The mode is part of the id.
pub fn campaigns(summaries: &[CampaignSummary]) -> String {
    if summaries.is_empty() {
        return "no campaign has been stored yet\n".to_owned();
    }
    let mut table = empty_table(&["campaign", "status", "runs", "took", "APIs"]);
    for summary in summaries {
        let took = summary.finished_at.map_or(String::new(), |end| between(summary.started_at, end).text);
        let runs = format!("{}/{}", summary.completed_runs, summary.planned_runs);
        let status = Mark::from(summary.status).word;
        table.add_row([plain(&summary.id.0), status.to_owned(), runs, took, apis(&summary.apis)]);
    }
    // Only the last column may be broken into lines: an id is there to be copied.
    for column in table.column_iter_mut().take(4) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    rendered(&table)
}

/// `runs show`: everything a reader asks first of one campaign.
pub fn campaign(stored: &StoredCampaign, analysis: &Analysis) -> String {
    let view = ReportView::new(stored, analysis);
    let campaign = &view.campaign;
    let mut text = wrapped(&view.title, "");
    for sentence in &view.answer {
        text.push_str(&wrapped(sentence, ""));
    }
    text.push('\n');
    let head = [
        ("Campaign", &campaign.id),
        ("Started", &campaign.started_at),
        ("Took", &campaign.took.text),
        ("Status", &campaign.status.word.to_owned()),
        ("Fingerprint", &campaign.fingerprint),
    ];
    let head = head.map(|(name, text)| Named { name: name.to_owned(), text: text.clone() });
    text.push_str(&aligned(head.iter().chain(&campaign.facts)));
    text.push('\n');
    text.push_str(&results(&view));
    text.push('\n');
    text.push_str(&wrapped(&view.checks, ""));
    text.push_str(&warnings(&view.warnings));
    text.push_str(&pairs("Left out", &view.left_out));
    text.push_str(&pairs("Planned and not made", &view.not_made));
    text.push_str("\nEnvironment\n");
    text.push_str(&aligned(view.environment.iter()));
    text
}

/// A table of short words, such as one row per campaign.
pub fn rows<const N: usize>(header: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = empty_table(header);
    for row in rows {
        table.add_row(row.iter().map(|cell| plain(cell)));
    }
    rendered(&table)
}

/// Names with what there is to say of each.
pub fn named_values(values: &[(&str, String)]) -> String {
    let named: Vec<Named> =
        values.iter().map(|(name, text)| Named { name: (*name).to_owned(), text: plain(text) }).collect();
    aligned(named.iter())
}

/// The ranking of each payload; without held loads the test runs.
fn results(view: &ReportView) -> String {
    if view.comparisons.is_empty() {
        return runs(&view.runs, WIDTH);
    }
    let rankings = view.comparisons.iter().map(|comparison| {
        let heading = wrapped(&comparison.title, "");
        let note = wrapped(&format!("p99 at {}.", comparison.reference), "");
        format!("{heading}{}{note}", rendered(&widest(&|columns| ranking(comparison, columns))))
    });
    rankings.collect::<Vec<_>>().join("\n")
}

/// The first so many columns of a ranking.
fn ranking(comparison: &ComparisonView, columns: usize) -> Table {
    let head = ["rank", "API", "sustains /s (95 % CI)", "to the first", "p99", "usable"];
    let mut table = empty_table(&head[..columns.min(head.len())]);
    for row in &comparison.ranking {
        let sustained = row.sustained.replace(" /s", "");
        let cells = [&row.rank, &shortened(&row.api, 20), &sustained, &row.ratio, &row.p99, &row.valid];
        table.add_row(cells.into_iter().take(columns).map(|cell| dash(cell.clone())));
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The table with as many of six columns as fit; a narrow terminal loses them from the right.
fn widest(table: &dyn Fn(usize) -> Table) -> Table {
    let fits = |columns: &usize| {
        let widths = table(*columns).column_max_content_widths();
        widths.into_iter().map(|width| width + GAP).sum::<u16>() <= WIDTH + GAP
    };
    table((3..=6).rev().find(fits).unwrap_or(3))
}

struct Column {
    title: &'static str,
    is_number: bool,
    value: fn(&RunView) -> String,
}

impl Column {
    const fn word(title: &'static str, value: fn(&RunView) -> String) -> Self {
        Self { title, is_number: false, value }
    }

    const fn number(title: &'static str, value: fn(&RunView) -> String) -> Self {
        Self { title, is_number: true, value }
    }
}

/// From the left; a narrow terminal loses columns from the right.
const COLUMNS: [Column; 10] = [
    Column::word("API", |run| shortened(&run.api, 30)),
    Column::word("result", |run| run.status.word.to_owned()),
    Column::number("acked", |run| run.counts.acknowledged.text.clone()),
    Column::number("failed", |run| run.counts.failed.text.clone()),
    Column::number("unknown", |run| run.counts.unknown.text.clone()),
    Column::number("stored", |run| run.counts.stored.text.clone()),
    Column::word("checks", |run| run.verdict.word.to_owned()),
    Column::number("start-up", |run| run.start_up.text.clone()),
    Column::number("idle memory", |run| run.idle_memory.text.clone()),
    Column::number("mean call", |run| run.iteration_mean.text.clone()),
];

/// API, result and acknowledged events stay, however narrow it is.
const AT_LEAST: usize = 3;

fn runs(runs: &[RunView], width: u16) -> String {
    if runs.is_empty() {
        return "no test run was made\n".to_owned();
    }
    let fits = |columns: &usize| {
        let needed: u16 = runs_table(runs, &COLUMNS[..*columns])
            .column_max_content_widths()
            .into_iter()
            .fold(0, |sum, column| sum.saturating_add(column).saturating_add(GAP));
        needed.saturating_sub(GAP) <= width
    };
    let columns = (AT_LEAST..=COLUMNS.len()).rev().find(fits).unwrap_or(AT_LEAST);
    rendered(&runs_table(runs, &COLUMNS[..columns]))
}

fn runs_table(runs: &[RunView], columns: &[Column]) -> Table {
    let mut table = empty_table(&columns.iter().map(|column| column.title).collect::<Vec<_>>());
    for run in runs {
        table.add_row(columns.iter().map(|column| dash((column.value)(run))));
    }
    for (column, cells) in columns.iter().zip(table.column_iter_mut()) {
        if column.is_number {
            cells.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A table says "not measured" with a dash.
fn dash(text: String) -> String {
    if text == "not measured" { "-".to_owned() } else { text }
}

const GAP: u16 = 2;

pub(super) fn empty_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(Cell::new));
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    table
}

pub(super) fn rendered(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn warnings(warnings: &[Warning]) -> String {
    let mut text = String::new();
    if !warnings.is_empty() {
        text.push('\n');
    }
    for Warning { mark, place, text: finding, .. } in warnings.iter().take(MOST_WARNINGS) {
        text.push_str(&wrapped(&format!("{} {}: {place}: {finding}", mark.symbol, mark.word), "    "));
    }
    if warnings.len() > MOST_WARNINGS {
        text = format!("{text}  and {} more, in the report\n", warnings.len() - MOST_WARNINGS);
    }
    text
}

fn pairs(title: &str, pairs: &[Named]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let lines = pairs.iter().map(|pair| wrapped(&format!("  {}: {}", pair.name, pair.text), "    "));
    format!("\n{title}\n{}", lines.collect::<String>())
}

fn aligned<'a>(pairs: impl Iterator<Item = &'a Named>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for pair in pairs {
        table.add_row([&pair.name, &pair.text]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((2, 0));
    }
    rendered(&table)
}

/// Lines of at most [`WIDTH`] columns, those after the first indented.
pub(super) fn wrapped(text: &str, indent: &str) -> String {
    let width = usize::from(WIDTH);
    let start: String = text.chars().take_while(|c| *c == ' ').collect();
    let mut lines = vec![start];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        let is_first = line.trim().is_empty();
        if !is_first && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{indent}{word}"));
        } else {
            if !is_first {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

/// The names of two fit into a row; of more, how many they are.
fn apis(names: &[String]) -> String {
    match names {
        [] | [_] | [_, _] => names.iter().map(|api| short_name(api)).collect::<Vec<_>>().join(", "),
        several => format!("{} APIs", several.len()),
    }
}

/// All producer APIs share the beginning of their names.
fn short_name(api: &str) -> String {
    shortened(&plain(api.strip_prefix("producer-api-").unwrap_or(api)), 30)
}

pub(super) fn shortened(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    text.chars().take(chars - 1).chain(['\u{2026}']).collect()
}
