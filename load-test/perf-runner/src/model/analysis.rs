use serde::{Deserialize, Serialize};

use super::{
    CampaignChanges, Check, Finding, GateResult, Interval, Language, PayloadSize, PhaseLoad, Protocol,
    Verdict,
};

/// What stored facts come to: everything that is estimated, compared or claimed.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Analysis {
    /// One entry per payload size, smallest first; sizes are never compared.
    pub payloads: Vec<PayloadAnalysis>,
    /// What the user's gates say, in their order; empty without gates.
    pub gates: Vec<GateResult>,
    /// What changed against another campaign; none when that was not asked for.
    pub changes: Option<CampaignChanges>,
}

impl Analysis {
    /// Whether a held load of a test run must not be used.
    pub fn has_invalid(&self) -> bool {
        let apis = self.payloads.iter().flat_map(|payload| &payload.apis);
        let mut cells = apis.flat_map(|api| &api.phases).flat_map(|phase| &phase.cells);
        cells.any(|cell| cell.verdict == Some(Verdict::Invalid))
    }
}

/// All test runs of one payload size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PayloadAnalysis {
    /// The size.
    pub payload: PayloadSize,
    /// Rounds in which a test run was made, in order.
    pub rounds: Vec<u32>,
    /// The pause of a VU after each call, in milliseconds.
    pub think_time_ms: f64,
    /// The APIs, highest capacity first; those without one last, by name.
    pub apis: Vec<ApiAnalysis>,
    /// The phase at which latencies are compared; none when there is no fair one.
    pub reference: Option<Reference>,
    /// Capacity first, then latencies at the reference phase; empty when nothing can be compared.
    pub comparisons: Vec<Comparison>,
    /// One API measured twice under two names.
    pub noise_floor: Option<NoiseFloor>,
    /// What may be said, the most important first.
    pub findings: Vec<Finding>,
}

/// One API over all rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiAnalysis {
    /// The name under which it was measured.
    pub api: String,
    /// Its language.
    pub language: Language,
    /// Its wire.
    pub protocol: Protocol,
    /// The name of its equal, when it is the second of two.
    pub again_of: Option<String>,
    /// Its held phases in the order of the plan.
    pub phases: Vec<PhaseAnalysis>,
    /// What it sustains; none when no phase can be used.
    pub capacity: Option<Capacity>,
    /// Where its throughput stops to grow.
    pub knee: Knee,
    /// A fit of the universal scalability law, or why there is none.
    pub scalability: Scalability,
    /// The ranks it may have; none without a comparison.
    pub ranks: Option<Ranks>,
    /// Its capacity as a share of the first one's; none without a comparison.
    pub ratio_to_first: Option<Interval>,
}

impl ApiAnalysis {
    /// Whether `bound` set what it sustains.
    pub fn is_bound_by(&self, bound: Bound) -> bool {
        self.capacity.as_ref().is_some_and(|capacity| capacity.bound == Some(bound))
    }
}

/// One held load of one API, over all rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseAnalysis {
    /// `p1`, `p2`, ...
    pub name: String,
    /// The load.
    pub load: PhaseLoad,
    /// One entry per round of the payload.
    pub cells: Vec<Cell>,
    /// What its rounds say together.
    pub checks: Vec<Check>,
    /// Geometric mean of the usable rounds' throughput, in events per second.
    pub throughput_per_s: Option<f64>,
    /// Its 95 % interval; none with fewer than three usable rounds.
    pub interval: Option<Interval>,
    /// What the closed loop could do at most: VUs / (R0 + think time), in events per second.
    pub client_limit_per_s: Option<f64>,
}

/// One phase of one test run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Round, from 1.
    pub round: u32,
    /// Position in the round; none when the test run was not made.
    pub slot: Option<u32>,
    /// Index of the test run among the stored ones; none when it was not made.
    pub run: Option<usize>,
    /// The worst verdict of the checks on it; none when it was not made.
    pub verdict: Option<Verdict>,
    /// The checks that did not pass, by id; what failed otherwise comes first.
    pub limited_by: Vec<String>,
    /// Acknowledged events per second of the window.
    pub throughput_per_s: Option<f64>,
    /// Median of acknowledged calls; null too when there are too few.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
    /// Between what p50, p95 and p99 lie with 95 % by the calls of this round, as if
    /// those were independent; really it is wider. In milliseconds, for people alone:
    /// nothing is computed from it.
    #[serde(skip)]
    pub within_ms: [Option<(f64, f64)>; 3],
    /// Mean of all calls, in milliseconds.
    pub mean_call_ms: Option<f64>,
    /// Mean VUs over the window.
    pub mean_vus: Option<f64>,
    /// Calls in the window.
    pub calls: Option<u64>,
    /// Calls that were refused or not answered.
    pub not_ok: Option<u64>,
    /// Processor seconds of the service for 1,000 acknowledged events.
    pub cpu_s_per_1000: Option<f64>,
}

impl Cell {
    /// Whether its figures may be used: it was made and nothing says that it is invalid.
    pub fn is_usable(&self) -> bool {
        self.verdict.is_some_and(|verdict| verdict < Verdict::Invalid)
    }
}

/// The best valid held phase, chosen by its mean over rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Capacity {
    /// Name of the phase.
    pub phase: String,
    /// VUs of the phase.
    pub vus: u32,
    /// Geometric mean over the usable rounds, in events per second.
    pub per_s: f64,
    /// Its 95 % interval; none with fewer than three usable rounds.
    pub interval: Option<Interval>,
    /// Who else set this number: the API can do at least this.
    pub bound: Option<Bound>,
}

/// What else than the API set a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The closed loop could not ask for more.
    Client,
    /// The database took nearly all that it takes without any service before it.
    Database,
    /// Generator, service and database used all processors of the host.
    Host,
}

/// Where throughput stops to grow with the load.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "knee")]
pub enum Knee {
    /// Between two tested loads.
    Between {
        /// The last one that still grows, in VUs; 0 when it is below the first one.
        low_vus: u32,
        /// The first one that does not.
        high_vus: u32,
        /// The crossing of the two bounds, N* = Xmax (R0 + Z), in VUs.
        estimate_vus: f64,
        /// Whether what was measured beyond it agrees: p99 more than doubles, and more
        /// VUs bring less than a fifth of what they would in proportion.
        is_confirmed: bool,
    },
    /// No tested load is below 90 % of what the client could ask for.
    NotReached,
    /// Too little was measured.
    Unknown,
}

/// The universal scalability law over the phases of one API.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "fit")]
pub enum Scalability {
    /// It describes what was measured within 10 %.
    Fits {
        /// Throughput of one busy user, per second.
        lambda: f64,
        /// Contention.
        sigma: f64,
        /// Crosstalk.
        kappa: f64,
        /// Largest residual as a share.
        worst_residual: f64,
    },
    /// It must not be shown, with the reason.
    None {
        /// In words.
        reason: String,
    },
}

/// Where latencies are compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reference {
    /// Name of the phase.
    pub phase: String,
    /// Its load.
    pub load: PhaseLoad,
    /// Whether the offered load is equal by construction: the open model.
    pub is_open: bool,
    /// Whether every API is below its knee there, so that latencies may be compared.
    pub is_fair: bool,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Events per second in the best valid held phase.
    Capacity,
    /// Median of a call at the reference load.
    P50,
    /// 99th percentile of a call at the reference load.
    P99,
    /// Processor time of the service for 1,000 events in the best valid held phase.
    Cpu,
}

/// All pairs of APIs on one metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The metric.
    pub metric: Metric,
    /// Rounds in which every compared API has a valid value.
    pub rounds: Vec<u32>,
    /// APIs that could not be compared, each with the reason.
    pub left_out: Vec<(String, String)>,
    /// Residual standard deviation on logs: what two equal rounds differ by.
    pub residual: f64,
    /// All pairs, the largest difference first.
    pub pairs: Vec<PairResult>,
}

/// One API held against another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairResult {
    /// The one with the larger value.
    pub of: String,
    /// The other.
    pub to: String,
    /// Their ratio with the interval that claims are made from: the wider of the two below.
    pub ratio: Interval,
    /// Simultaneous over all pairs (Tukey).
    pub simultaneous: Interval,
    /// Of this pair alone (paired t).
    pub paired: Interval,
    /// What may be said.
    pub claim: PairClaim,
    /// Rounds that would make the interval about +-5 % wide, when nothing may be
    /// said; none also when it would take very many.
    pub rounds_for_5_percent: Option<usize>,
}

/// What may be said of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairClaim {
    /// Both intervals exclude 1 and the ratio is beyond what matters in practice.
    Different,
    /// Both intervals exclude 1, but the ratio is within +-2 %.
    Small,
    /// The interval lies inside 0.95 to 1.05.
    Equal,
    /// Nothing.
    NotResolved,
}

/// The ranks that an API may have: 1 to 2 when it is tied with one other at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranks {
    /// One more than the number of those that are ahead of it for sure.
    pub from: usize,
    /// The last rank it may have.
    pub to: usize,
}

/// One API measured twice: what this host calls a difference when there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoiseFloor {
    /// The API.
    pub api: String,
    /// The ratio of the two.
    pub ratio: Interval,
    /// Half width of the interval, as a share.
    pub half_width: f64,
    /// Whether the interval covers 1, as it must.
    pub covers_one: bool,
}
