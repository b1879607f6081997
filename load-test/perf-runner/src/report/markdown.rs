//! The report as a code host shows it: what a page says, as text, in one comment.

use std::fmt::Write as _;

use super::view::{ChangesView, ComparisonView, Named, ReportView};

/// What a comment of the largest code host may hold, with room for what is put around it.
const MOST_BYTES: usize = 60_000;

/// The whole text. When it would be too long, parts are left out from the end:
/// environment, numbers of charts, test runs; the verdict never is.
pub(super) fn page(report: &ReportView) -> String {
    let mut text = head(report);
    let mut left_out = 0;
    for part in parts(report) {
        if text.len() + part.len() <= MOST_BYTES { text.push_str(&part) } else { left_out += 1 }
    }
    if left_out > 0 {
        let _ = writeln!(text, "\n_Too long for this place: {left_out} parts are on the HTML page only._");
    }
    text
}

fn head(report: &ReportView) -> String {
    let mut text = format!("# {}\n\n", safe(&report.title));
    for sentence in report.answer.iter().take(20) {
        let _ = writeln!(text, "- {}", safe(sentence));
    }
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

/// The most important first.
fn parts(report: &ReportView) -> Vec<String> {
    let mut parts = vec![warnings(report), report.changes.as_ref().map_or(String::new(), changes)];
    for comparison in &report.comparisons {
        parts.push(ranking(comparison));
        parts.push(pairs(comparison));
        parts.push(matrix(comparison));
    }
    parts.push(runs(report));
    for chart in report.comparisons.iter().flat_map(|comparison| &comparison.charts) {
        let mut rows = vec![chart.table.head.clone()];
        rows.extend(chart.table.rows.iter().map(|row| {
            let struck = |cell: &String| if row.is_valid { cell.clone() } else { format!("({cell})") };
            [row.name.clone()].into_iter().chain(row.cells.iter().map(struck)).collect()
        }));
        parts.push(folded(&chart.question, &format!("{}\n\n{}", safe(&chart.reading), table(&rows))));
    }
    parts.push(folded("How this campaign was made", &pairs_of(&report.campaign.facts)));
    parts.push(folded("Environment", &pairs_of(&report.environment)));
    parts
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
