//! Every figure as one row: tidy, long, and nothing but commas to know about
//! (RFC 4180). What was not measured is empty, with the reason.

use crate::model::{
    Analysis, ApiAnalysis, Cell, PayloadAnalysis, PhaseAnalysis, PhaseLoad, StoredCampaign, Target,
    WindowFigures,
};

const HEAD: [&str; 17] = [
    "campaign",
    "round",
    "slot",
    "api",
    "language",
    "protocol",
    "payload",
    "phase",
    "target_vus",
    "target_per_s",
    "metric",
    "stat",
    "value",
    "unit",
    "n",
    "valid",
    "reason",
];

/// What stands between the columns of [`Table::columns`], and between their fields.
const SEPARATORS: [char; 2] = ['\u{1e}', '\u{1f}'];

/// All rows of a campaign's held loads with their head, each field as it is written.
pub(super) struct Table(Vec<[String; HEAD.len()]>);

impl Table {
    pub(super) fn new(stored: &StoredCampaign, analysis: &Analysis) -> Self {
        let mut rows = vec![HEAD.map(str::to_owned)];
        for payload in &analysis.payloads {
            for api in &payload.apis {
                for phase in &api.phases {
                    for cell in &phase.cells {
                        rows.extend(Row { stored, payload, api, phase, cell }.written());
                    }
                }
            }
        }
        Self(rows)
    }

    /// The file.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for row in &self.0 {
            text.push_str(&row.join(","));
            text.push_str("\r\n");
        }
        text
    }

    /// The same turned by a quarter, for the page: what stands below each other is mostly
    /// the same, and packs to half the size. The page's script turns it back.
    pub(super) fn columns(&self) -> String {
        let column = |index: usize| -> String {
            let fields: Vec<&str> = self.0.iter().map(|row| row[index].as_str()).collect();
            fields.join(&SEPARATORS[1].to_string())
        };
        let columns: Vec<String> = (0..HEAD.len()).map(column).collect();
        columns.join(&SEPARATORS[0].to_string())
    }
}

struct Row<'a> {
    stored: &'a StoredCampaign,
    payload: &'a PayloadAnalysis,
    api: &'a ApiAnalysis,
    phase: &'a PhaseAnalysis,
    cell: &'a Cell,
}

/// Metric, statistic, value and unit.
type Figure = (&'static str, &'static str, Option<f64>, &'static str);

impl Row<'_> {
    fn written(&self) -> Vec<[String; HEAD.len()]> {
        let (vus, per_s) = match self.phase.load {
            PhaseLoad::Vus { vus, .. } | PhaseLoad::Iterations { vus, .. } => {
                (vus.to_string(), String::new())
            }
            PhaseLoad::Rate { per_s, .. } => (String::new(), per_s.to_string()),
        };
        let row = |(metric, stat, value, unit): Figure| {
            [
                self.stored.campaign.id.0.clone(),
                self.cell.round.to_string(),
                self.cell.slot.map_or(String::new(), |slot| slot.to_string()),
                self.api.api.clone(),
                self.api.language.to_string(),
                self.api.protocol.to_string(),
                self.payload.payload.to_string(),
                self.phase.name.clone(),
                vus.clone(),
                per_s.clone(),
                metric.to_owned(),
                stat.to_owned(),
                value.map_or(String::new(), number),
                unit.to_owned(),
                self.cell.calls.map_or(String::new(), |calls| calls.to_string()),
                self.cell.is_usable().to_string(),
                self.reason(),
            ]
            .map(field)
        };
        self.figures().into_iter().map(row).collect()
    }

    fn reason(&self) -> String {
        match self.cell.verdict {
            None => "not made".to_owned(),
            Some(_) => self.cell.limited_by.join(" "),
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let cell = self.cell;
        let window = self.window();
        let of = |value: fn(&WindowFigures) -> Option<f64>| window.and_then(value);
        let used = |target: Target| window.and_then(|window| window.resources.get(&target));
        // Counts and sizes are far below 2^52.
        #[allow(clippy::cast_precision_loss)]
        let real = |count: Option<u64>| count.map(|count| count as f64);
        let mut figures = vec![
            ("throughput", "mean", cell.throughput_per_s, "1/s"),
            ("call", "mean", cell.mean_call_ms, "ms"),
            ("call", "p50", cell.p50_ms, "ms"),
            ("call", "p95", cell.p95_ms, "ms"),
            ("call", "p99", cell.p99_ms, "ms"),
            ("vus", "mean", cell.mean_vus, ""),
            ("calls", "count", real(cell.calls), ""),
            ("not_acknowledged", "count", real(cell.not_ok), ""),
            ("client_overhead", "mean", of(|window| window.client_overhead_ms), "ms"),
            ("throughput_slope", "share", of(|window| window.slope), ""),
            ("upserts_per_event", "mean", of(|window| window.statements_per_event), ""),
            ("wal_per_event", "mean", of(|window| window.wal_bytes_per_event), "bytes"),
        ];
        for (target, cpu, memory) in [
            (Target::Api, "api_cpu", "api_memory"),
            (Target::Postgres, "postgres_cpu", "postgres_memory"),
            (Target::K6, "k6_cpu", "k6_memory"),
            (Target::Host, "host_cpu", "host_memory"),
        ] {
            let used = used(target);
            figures.push((cpu, "mean", used.and_then(|used| used.cpu_cores), "processors"));
            figures.push((
                cpu,
                "per_1000_events",
                used.and_then(|used| used.cpu_seconds_per_1000_events),
                "s",
            ));
            figures.push((memory, "max", real(used.and_then(|used| used.rss_max_bytes)), "bytes"));
        }
        figures
    }

    fn window(&self) -> Option<&WindowFigures> {
        let run = &self.stored.runs.get(self.cell.run?)?.run;
        run.phases.iter().find(|figures| figures.name == self.phase.name)?.window.as_ref()
    }
}

/// Counts as they are. Of what was measured or divided, nine digits are more than any
/// clock here resolves, and the others are half of the file.
fn number(value: f64) -> String {
    if value.fract() == 0.0 {
        return value.to_string();
    }
    let rounded: f64 = format!("{value:.8e}").parse().unwrap_or(value);
    rounded.to_string()
}

/// Quoted where it must be, and without the two signs that part fields and columns.
fn field(text: String) -> String {
    let text = if text.contains(SEPARATORS) { text.replace(SEPARATORS, "\u{fffd}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
