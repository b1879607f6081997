//! What a report shows, in the order it shows it. Made from a stored campaign by
//! a pure function; all arithmetic and all wording is here, so that page, JSON and
//! terminal cannot disagree.

mod answer;
mod audit;
mod caution;
mod changes;
mod comparison;
mod environment;
pub(super) mod gates;
mod grouped;
mod method;
mod phase;
mod run;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::{
    answer::Warning,
    audit::{AuditView, StatementView},
    changes::{ChangeView, ChangesView},
    comparison::{
        ApiNumbers, ChartView, ComparisonView, FindingView, MatrixCell, MatrixRow, PairNumbers, PairView,
        RankRow, Table, TableRow, Topic,
    },
    gates::GateView,
    phase::{LatencyView, PhaseView},
    run::{CheckView, CountsView, RunView, StepView},
};
use super::format::{self, Figure, counted, in_words, plain, thousands};
use crate::model::{
    Analysis, Campaign, CampaignStatus, Ceiling, PhaseLoad, RunStatus, StoredCampaign, StoredRun, Verdict,
};

/// Name and version of the JSON form.
pub const SCHEMA: &str = "perf-runner/report/1";

/// What is true of a service that somebody else has started.
const GIVEN: &str = "was running already. This campaign neither built nor started it, and did not start it anew between \
                     rounds: how it was built and configured, its start-up, its memory and its processor time are \
                     not known here";

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportView {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The question that the campaign asks.
    pub title: String,
    /// The answer, one sentence each; the first one answers the question.
    pub answer: Vec<String>,
    /// What the host means for every figure; none where the generator has processors of its own.
    pub caution: Option<String>,
    /// The campaign in facts: how the numbers were obtained.
    pub campaign: CampaignView,
    /// The user's gates, in their order; empty without gates.
    pub gates: Vec<GateView>,
    /// How many of them are broken.
    #[serde(skip)]
    pub gates_in_words: String,
    /// What changed since another campaign; null when that was not asked for.
    pub changes: Option<ChangesView>,
    /// Every test run that failed and every check that did not pass, worst first.
    pub warnings: Vec<Warning>,
    /// How many checks there were, in words.
    pub checks: String,
    /// What held loads come to, one entry per payload size; empty for a smoke campaign.
    pub comparisons: Vec<ComparisonView>,
    /// The test runs in the order they were made.
    pub runs: Vec<RunView>,
    /// What was planned and not made.
    pub not_made: Vec<Named>,
    /// APIs that could not be measured here, each with the reason.
    pub left_out: Vec<Named>,
    /// The host before anything was started.
    pub environment: Vec<Named>,
    /// What every number means.
    pub method: Vec<Named>,
}

/// A name and what there is to say of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Named {
    /// The name.
    pub name: String,
    /// What there is to say.
    pub text: String,
}

/// The campaign in facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CampaignView {
    /// Unique name.
    pub id: String,
    /// What it was for.
    pub mode: String,
    /// How far it got.
    pub status: Mark,
    /// When it started.
    pub started_at: String,
    /// How long it took.
    pub took: Figure,
    /// What was asked of each API.
    #[serde(skip)]
    pub load: String,
    /// Equal for campaigns whose environments may be compared.
    pub fingerprint: String,
    /// The rest: how the load was made, with which seed, by which version.
    pub facts: Vec<Named>,
}

/// A state in a word and a sign, so that it never hangs on a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The word.
    pub word: &'static str,
    /// A sign that differs from the others in shape.
    pub symbol: &'static str,
}

impl From<Verdict> for Mark {
    fn from(verdict: Verdict) -> Self {
        let (word, symbol) = match verdict {
            Verdict::Ok => ("ok", "\u{2713}"),
            Verdict::Warn => ("warn", "!"),
            Verdict::Unknown => ("unknown", "?"),
            Verdict::Invalid => ("invalid", "\u{2717}"),
        };
        Self { word, symbol }
    }
}

impl From<RunStatus> for Mark {
    fn from(status: RunStatus) -> Self {
        let (word, symbol) = match status {
            RunStatus::Completed => ("completed", "\u{2713}"),
            RunStatus::Failed => ("failed", "\u{2717}"),
            RunStatus::Interrupted => ("interrupted", "!"),
        };
        Self { word, symbol }
    }
}

impl From<CampaignStatus> for Mark {
    fn from(status: CampaignStatus) -> Self {
        let (word, symbol) = match status {
            CampaignStatus::Running => ("not finished", "?"),
            CampaignStatus::Completed => ("completed", "\u{2713}"),
            CampaignStatus::Failed => ("failed", "\u{2717}"),
            CampaignStatus::Interrupted => ("interrupted", "!"),
        };
        Self { word, symbol }
    }
}

impl ReportView {
    /// Makes the view. The same campaign always gives the same view: no clock, no
    /// randomness, nothing of the host it is made on.
    pub fn new(stored: &StoredCampaign, analysis: &Analysis) -> Self {
        let StoredCampaign { campaign, runs } = stored;
        let comparisons = comparison::views(stored, analysis);
        let gates = gates::views(&analysis.gates);
        let is_made = |id| runs.iter().any(|stored| &stored.run.id == id);
        let not_made = campaign.plan.runs.iter().filter(|planned| !is_made(&planned.id));
        Self {
            schema: SCHEMA,
            title: answer::title(campaign),
            answer: answer::sentences(stored, &comparisons),
            caution: caution::of(stored),
            campaign: campaign_view(campaign),
            gates_in_words: gates::tally(&gates),
            gates,
            changes: analysis.changes.as_ref().map(ChangesView::new),
            warnings: if comparisons.is_empty() {
                answer::warnings(runs)
            } else {
                grouped::warnings(runs, analysis)
            },
            checks: answer::checks(runs, analysis),
            runs: run_views(runs, comparisons.is_empty()),
            comparisons,
            not_made: not_made
                .map(|planned| {
                    named(&planned.name(), &format!("round {}, {}", planned.round, planned.payload))
                })
                .collect(),
            left_out: campaign.plan.left_out.iter().map(|(api, reason)| named(api, reason)).collect(),
            environment: environment::facts(&campaign.host),
            method: method::entries(campaign.mode),
        }
    }
}

/// Where held loads are compared, the figures of phases are in the comparison, round
/// by round; the test runs then tell what is true of them as a whole.
fn run_views(runs: &[StoredRun], with_phases: bool) -> Vec<RunView> {
    let mut views: Vec<RunView> =
        (1..).zip(runs).map(|(number, stored)| RunView::new(number, stored)).collect();
    if !with_phases {
        for view in &mut views {
            view.phases.clear();
            view.statements.clear();
            view.checks.retain(|check| check.mark.word != "ok");
        }
    }
    views
}

/// Both texts may come from outside.
fn named(name: &str, text: &str) -> Named {
    Named { name: plain(name), text: plain(text) }
}

fn campaign_view(campaign: &Campaign) -> CampaignView {
    let took = match campaign.finished_at {
        Some(end) => format::between(campaign.started_at, end),
        None => Figure { text: "not finished".to_owned(), ..Figure::missing("ms") },
    };
    CampaignView {
        id: plain(&campaign.id.0),
        mode: campaign.mode.to_string(),
        status: campaign.status.into(),
        started_at: format::time(campaign.started_at),
        took,
        load: load_in_words(campaign),
        fingerprint: plain(&campaign.fingerprint),
        facts: campaign_facts(campaign),
    }
}

fn campaign_facts(campaign: &Campaign) -> Vec<Named> {
    let plan = &campaign.plan;
    let commit = match &campaign.git {
        None => "not in a repository".to_owned(),
        Some(git) if git.dirty => format!("{}, with local changes", short(&git.commit)),
        Some(git) => short(&git.commit),
    };
    let played = if campaign.verified { "were" } else { "were not" };
    let verified = format!("the contract's cases {played} played before the load");
    let rounds = counted(u64::from(plan.rounds), "round", "rounds");
    let mut facts = vec![
        named("Load", &load_in_words(campaign)),
        named(
            "Order",
            &format!("{rounds}, every API once in each, in an order drawn with seed {}", plan.seed),
        ),
        named("Request timeout", &format!("{} ms", plan.request_timeout_ms)),
        named("Database pool", &format!("{} connections in every service", plan.max_connections)),
        named("Contract", &verified),
        named("Runtime", &campaign.runtime),
        named("Commit", &commit),
        named("Runner", &format!("perf-runner {}", campaign.runner_version)),
    ];
    facts.extend(campaign.ceilings.iter().map(ceiling_fact));
    if !campaign.resumed_at.is_empty() {
        let times: Vec<String> = campaign.resumed_at.iter().map(|time| format::time(*time)).collect();
        let text =
            format!("{}: it was interrupted, and its test runs were not made in one go", times.join(", "));
        facts.push(named("Resumed", &text));
    }
    if plan.runs.iter().any(|run| run.api.is_given()) {
        facts.push(named("Service", GIVEN));
    } else if campaign.runtime == "process" {
        // A container's recipe has its own.
        facts.push(named("Built with", &plan.build_tools()));
    }
    facts
}

/// What the database can do without any service.
fn ceiling_fact(ceiling: &Ceiling) -> Named {
    let text = match (ceiling.events_per_s, &ceiling.reason) {
        (Some(per_s), _) => format!(
            "{} of the {} payload over {}, by the same statement without any service",
            format::per_second(Some(per_s)).text,
            ceiling.payload,
            counted(u64::from(ceiling.concurrency), "connection", "connections")
        ),
        (None, Some(reason)) => reason.clone(),
        (None, None) => "not measured".to_owned(),
    };
    named("Database alone", &text)
}

/// Every load of the plan, in its order; those that differ in their users only together.
fn load_in_words(campaign: &Campaign) -> String {
    let pause = campaign.plan.think_time_ms;
    let mut loads: Vec<PhaseLoad> = Vec::new();
    for phase in campaign.plan.runs.iter().flat_map(|run| &run.phases) {
        if !loads.contains(&phase.load) {
            loads.push(phase.load.clone());
        }
    }
    let mut texts: Vec<String> = Vec::new();
    let closed = format!("one call at a time, {pause} ms pause after each call");
    for (hold_ms, users) in held_users(&loads) {
        let each = if users.len() == 1 { "" } else { " each" };
        texts.push(format!("{} for {} s{each}, {closed}", users_in_words(&users), hold_ms / 1000));
    }
    texts.extend(loads.iter().filter_map(|load| match load {
        PhaseLoad::Vus { .. } => None,
        PhaseLoad::Iterations { vus, per_vu, .. } => Some(format!(
            "{} with {} each, {closed}",
            users_in_words(&[*vus]),
            counted(u64::from(*per_vu), "iteration", "iterations"),
        )),
        PhaseLoad::Rate { per_s, hold_ms, max_vus } => Some(format!(
            "{per_s} calls begun per second for {} s, whatever the service does, by at most {}",
            hold_ms / 1000,
            users_in_words(&[*max_vus]),
        )),
    }));
    if texts.is_empty() { "none planned".to_owned() } else { texts.join("; ") }
}

/// The users of closed loads by how long they are held.
fn held_users(loads: &[PhaseLoad]) -> BTreeMap<u64, Vec<u32>> {
    let mut held: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for load in loads {
        if let PhaseLoad::Vus { vus, hold_ms } = load {
            held.entry(*hold_ms).or_default().push(*vus);
        }
    }
    held
}

/// `50, 200 and 500 virtual users`.
fn users_in_words(users: &[u32]) -> String {
    match users {
        [] => String::new(),
        [only] => counted(u64::from(*only), "virtual user", "virtual users"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|users| thousands(u64::from(*users))).collect();
            format!("{} and {} virtual users", first.join(", "), thousands(u64::from(*last)))
        }
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(12).collect()
}

/// `two producer APIs`, `one producer API`.
fn apis_in_words(count: usize) -> String {
    format!("{} producer {}", in_words(count), if count == 1 { "API" } else { "APIs" })
}

#[cfg(test)]
mod tests;
