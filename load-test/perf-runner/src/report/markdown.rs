//! The report as a code host shows it: what a page says, as text, in one comment.

use std::fmt::Write as _;

use super::view::{ChangesView, ComparisonView, Named, ReportView, Table};

/// What a comment of the largest code host may hold, with room for what is put around it.
const MOST_BYTES: usize = 59_000;

/// More parts than these are counted.
const NAMED: usize = 12;

const STACKS: &str = "Wire against wire, language against language";

/// A part and what it is called where it has to be left out.
struct Part {
    name: String,
    text: String,
}

/// The whole text. When it would be too long, the parts that no longer fit are left
/// out, the least important ones first, and named; the verdict never is.
pub(super) fn page(report: &ReportView) -> String {
    let mut text = head(report);
    let mut left_out: Vec<String> = Vec::new();
    for part in parts(report) {
        if text.len() + part.text.len() <= MOST_BYTES {
            text.push_str(&part.text);
        } else {
            left_out.push(part.name);
        }
    }
    if !left_out.is_empty() {
        let more = left_out.len().saturating_sub(NAMED);
        left_out.truncate(NAMED);
        let names = left_out.iter().map(|name| safe(name)).collect::<Vec<_>>().join("; ");
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let _ = writeln!(text, "\n_Too long for this place, so on the HTML page only: {names}{more}._");
    }
    text
}

fn head(report: &ReportView) -> String {
    let mut text = format!("# {}\n\n{}", safe(&report.title), answer(report));
    if let Some(caution) = &report.caution {
        let _ = writeln!(text, "\n{}", safe(caution));
    }
    text.push_str(&gates(report));
    let campaign = &report.campaign;
    let _ = writeln!(
        text,
        "\nCampaign `{}`, {}, {}, fingerprint `{}`; everything is on the HTML page.",
        code(&campaign.id),
        safe(&campaign.started_at),
        campaign.status.word,
        code(&campaign.fingerprint)
    );
    text
}

/// What the user asked to be stopped by is never left out.
fn gates(report: &ReportView) -> String {
    let mut text = String::new();
    if !report.gates.is_empty() {
        let _ = writeln!(text, "\n**Gates.** {}\n", report.gates_in_words);
    }
    for gate in &report.gates {
        let told = gate.told.iter().map(|sentence| safe(sentence)).collect::<Vec<_>>().join(" ");
        let _ =
            writeln!(text, "- {} **{}** `{}`: {told}", gate.mark.symbol, gate.mark.word, code(&gate.gate));
    }
    text
}

/// What may be said; of held loads by what a reader asks.
fn answer(report: &ReportView) -> String {
    let mut text = String::new();
    if report.comparisons.is_empty() {
        for sentence in &report.answer {
            let _ = writeln!(text, "- {}", safe(sentence));
        }
    }
    for comparison in &report.comparisons {
        if report.comparisons.len() > 1 {
            let _ = writeln!(text, "\n## {}\n", safe(&comparison.title));
        }
        for topic in &comparison.topics {
            let said =
                topic.findings.iter().map(|view| safe(&view.finding.text)).collect::<Vec<_>>().join(" ");
            let _ = match topic.name {
                "" => writeln!(text, "**{said}**\n"),
                name => writeln!(text, "- {name}: {said}"),
            };
        }
        let _ = writeln!(
            text,
            "- What was run: {}, each API alone on the host: {}.",
            safe(&comparison.title),
            safe(&report.campaign.load)
        );
    }
    text
}

/// The most important first.
fn parts(report: &ReportView) -> Vec<Part> {
    let part = |name: &str, text: String| Part { name: name.to_owned(), text };
    let mut parts = vec![part("What limits the statement", warnings(report))];
    if let Some(view) = &report.changes {
        parts.push(part("What changed", changes(view)));
    }
    for comparison in &report.comparisons {
        parts.push(part("Ranking", ranking(comparison)));
        parts.push(part("Pair by pair", pairs(comparison)));
        parts.push(part("What can be used", matrix(comparison)));
        let grid = |grid: &Table| format!("{}\n\n{}\n", safe(&grid.caption), table_of(grid));
        let grids: Vec<String> = comparison.grids.iter().map(grid).collect();
        if !grids.is_empty() {
            parts.push(part(STACKS, folded(STACKS, &grids.concat())));
        }
    }
    parts.push(part("Test runs", runs(report)));
    for chart in report.comparisons.iter().flat_map(|comparison| &comparison.charts) {
        let body = format!("{}\n\n{}", safe(&chart.reading), table_of(&chart.table));
        parts.push(part(&chart.question, folded(&chart.question, &body)));
    }
    for (name, facts) in
        [("How this campaign was made", &report.campaign.facts), ("Environment", &report.environment)]
    {
        parts.push(part(name, folded(name, &pairs_of(facts))));
    }
    parts
}

/// What may not be used stands in brackets.
fn table_of(numbers: &Table) -> String {
    let mut rows = vec![numbers.head.clone()];
    rows.extend(numbers.rows.iter().map(|row| {
        let marked = |cell: &String| if row.is_valid { cell.clone() } else { format!("({cell})") };
        [row.name.clone()].into_iter().chain(row.cells.iter().map(marked)).collect()
    }));
    table(&rows)
}

fn warnings(report: &ReportView) -> String {
    const SHOWN: usize = 25;
    let mut text = format!("\n## What limits the statement\n\n{}\n", safe(&report.checks));
    for warning in report.warnings.iter().take(SHOWN) {
        let _ =
            writeln!(text, "- **{}** {}: {}", warning.mark.word, safe(&warning.place), safe(&warning.text));
    }
    if report.warnings.len() > SHOWN {
        let _ = writeln!(text, "- and {} more", report.warnings.len() - SHOWN);
    }
    for named in report.left_out.iter().chain(&report.not_made) {
        let _ = writeln!(text, "- not measured: {}: {}", safe(&named.name), safe(&named.text));
    }
    text
}

fn changes(changes: &ChangesView) -> String {
    let mut text = "\n## Since another campaign\n\n".to_owned();
    for (name, campaign) in &changes.campaigns {
        let _ = writeln!(text, "- {name}: {}", safe(campaign));
    }
    text.push('\n');
    for sentence in &changes.findings {
        let _ = writeln!(text, "- {}", safe(sentence));
    }
    if changes.figures.is_empty() {
        return text;
    }
    let head = ["API", "Load", "Figure", "Then", "Now", "Ratio (95 % CI)", "What may be said"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for figure in &changes.figures {
        let change = &figure.change;
        let words =
            [change.api.as_str(), &change.load, figure.name, &figure.then, &figure.now, &figure.ratio];
        rows.push(words.into_iter().chain([figure.says]).map(str::to_owned).collect());
    }
    text + &folded("Every figure, then and now", &table(&rows))
}

fn ranking(comparison: &ComparisonView) -> String {
    let head = [
        "Rank",
        "API",
        "Sustains (95 % CI)",
        "To the first",
        "Stops to grow",
        "p50",
        "p99",
        "CPU-s/1,000",
        "Errors",
        "Usable",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for row in &comparison.ranking {
        let cells = [
            &row.rank,
            &row.api,
            &row.sustained,
            &row.ratio,
            &row.knee,
            &row.p50,
            &row.p99,
            &row.cpu,
            &row.errors,
            &row.valid,
        ];
        rows.push(cells.map(Clone::clone).to_vec());
    }
    format!(
        "\n## Ranking: {}\n\n{}\np50 and p99 at {}.\n",
        safe(&comparison.title),
        table(&rows),
        safe(&comparison.reference)
    )
}

fn pairs(comparison: &ComparisonView) -> String {
    let Some(chart) = comparison.charts.iter().find(|chart| chart.id.ends_with("-c5")) else {
        return String::new();
    };
    let mut rows = vec![["Pair", "Ratio (95 % CI)", "What may be said"].map(str::to_owned).to_vec()];
    for row in &chart.table.rows {
        let cell = |index: usize| row.cells.get(index).cloned().unwrap_or_default();
        rows.push(vec![row.name.clone(), cell(0), cell(3)]);
    }
    format!("\n## Pair by pair\n\n{}", table(&rows))
}

fn matrix(comparison: &ComparisonView) -> String {
    let mut rows = vec![["API".to_owned()].into_iter().chain(comparison.loads.iter().cloned()).collect()];
    for row in &comparison.matrix {
        let cells = row.cells.iter().map(|cell| format!("{} {}", cell.mark.word, cell.rounds));
        rows.push([row.api.clone()].into_iter().chain(cells).collect::<Vec<String>>());
    }
    folded("What can be used", &table(&rows))
}

fn runs(report: &ReportView) -> String {
    let head = ["Test run", "Result", "Checks", "Acknowledged", "Failed", "Unknown", "Stored"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for run in &report.runs {
        let name = format!("{}, {}, {}", run.api, run.payload, run.position);
        let counts = &run.counts;
        let figures = [&counts.acknowledged, &counts.failed, &counts.unknown, &counts.stored];
        let words = [name, run.status.word.to_owned(), run.verdict.word.to_owned()];
        rows.push(words.into_iter().chain(figures.map(|figure| figure.text.clone())).collect());
    }
    folded("Test runs", &table(&rows))
}

fn pairs_of(facts: &[Named]) -> String {
    facts.iter().fold(String::new(), |mut text, fact| {
        let _ = writeln!(text, "- {}: {}", safe(&fact.name), safe(&fact.text));
        text
    })
}

fn folded(title: &str, body: &str) -> String {
    format!("\n<details><summary>{}</summary>\n\n{body}\n</details>\n", safe(title))
}

/// The first row is the head.
fn table(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().map(|cell| safe(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
        if index == 0 {
            let _ = writeln!(text, "|{}", " --- |".repeat(row.len()));
        }
    }
    text
}

/// Text in which nothing is markup: neither HTML nor Markdown.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '@' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

/// Text between backticks cannot be escaped.
fn code(text: &str) -> String {
    text.replace(['`', '\n'], "'")
}
