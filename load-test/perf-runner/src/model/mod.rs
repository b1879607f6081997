//! The words of the glossary as types: one file per word, no I/O.
//!
//! Everything a stage takes or gives is defined here, so that stages need not
//! know each other.

mod analysis;
mod api;
mod audit;
mod campaign;
mod campaign_summary;
mod ceiling;
mod change;
mod check;
mod entity_id;
mod estimate;
mod finding;
mod gate;
mod generator;
mod histogram;
mod history;
mod host;
mod interval;
mod load_plan;
mod measured;
mod payload;
mod phase;
mod plan;
mod quantiles;
mod sample;
mod second;
mod service;
mod stream;
mod summary;
mod test_run;

pub use analysis::{
    Analysis, ApiAnalysis, Bound, Capacity, Cell, Comparison, Knee, Metric, NoiseFloor, PairClaim,
    PairResult, PayloadAnalysis, PhaseAnalysis, Ranks, Reference, Scalability,
};
pub use api::{Api, Language, Protocol};
pub use audit::{Audit, StatementUse, StoredFacts};
pub use campaign::{Campaign, CampaignId, CampaignStatus, Mode, StoredCampaign, StoredRun, WhichCampaign};
pub use campaign_summary::{CampaignFilter, CampaignSummary};
pub use ceiling::{Ceiling, CeilingJob};
pub use change::{CampaignChanges, Change, ChangeMetric, ComparedCampaign};
pub use check::{Check, CheckScope, Verdict};
pub use entity_id::EntityId;
pub use estimate::{Estimate, Spent};
pub use finding::{Claim, Finding};
pub use gate::{GatePlace, GateResult, GateVerdict, JudgedBy};
pub use generator::{
    ExitMeaning, GeneratorEnd, GeneratorJob, GeneratorRun, LoadResult, PhaseNumbers, Unacknowledged, Updates,
};
pub use histogram::{BadHistogram, Histogram, PackedHistogram};
pub use history::{ApiHistory, Comparable, HistoryGroup, Sustained};
pub use host::{GitState, HostFacts, ToolVersion};
pub use interval::Interval;
pub use load_plan::LoadPlan;
pub use measured::{Measured, MeasuredApi, MeasuredPhase};
pub use payload::{EventTemplate, PayloadSize};
pub use phase::{FailureKind, PhaseFigures, WindowFigures, WindowUse};
pub use plan::{PhaseLoad, Plan, PlannedPhase, PlannedRun};
pub use quantiles::{Quantiles, samples_needed};
pub use sample::{ActivitySample, DatabaseCounters, MissingSource, ResourceSample, Samples, Target};
pub use second::{LiveSecond, SecondFigures, SecondNumbers};
pub use service::{
    ApplicationDatabase, Build, Endpoint, FakeBlock, FakeDatabase, FakeRow, RunningService, ServiceEnd,
};
pub use stream::{StreamCounters, StreamHistograms, StreamLine, StreamSamples, StreamSecond, StreamTotal};
pub use summary::{GeneratorSummary, PhaseSummary, SummaryDifference, TrendSummary};
pub use test_run::{RunStatus, Step, TestRun, TestRunId};
