use serde::{Deserialize, Serialize};

use super::{Cell, Check, Language, PayloadAnalysis, PayloadSize, PhaseLoad, Protocol};

/// Everything that an analysis is made from, of one payload size: whoever has it can
/// make the analysis again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The size.
    pub payload: PayloadSize,
    /// Rounds in which a test run was made, in order.
    pub rounds: Vec<u32>,
    /// The pause of a VU after each call, in milliseconds.
    pub think_time_ms: f64,
    /// The APIs.
    pub apis: Vec<MeasuredApi>,
}

/// One API in all rounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredApi {
    /// The name under which it was measured.
    pub api: String,
    /// Its language.
    pub language: Language,
    /// Its wire.
    pub protocol: Protocol,
    /// Its held phases in the order of the plan.
    pub phases: Vec<MeasuredPhase>,
}

/// One held load of one API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredPhase {
    /// `p1`, `p2`, ...
    pub name: String,
    /// The load.
    pub load: PhaseLoad,
    /// One entry per round.
    pub cells: Vec<Cell>,
    /// What its rounds say together.
    #[serde(default)]
    pub checks: Vec<Check>,
}

impl Measured {
    /// What this analysis was made from.
    pub fn of(analysis: &PayloadAnalysis) -> Self {
        let apis = analysis.apis.iter().map(|api| MeasuredApi {
            api: api.api.clone(),
            language: api.language,
            protocol: api.protocol,
            phases: api
                .phases
                .iter()
                .map(|phase| MeasuredPhase {
                    name: phase.name.clone(),
                    load: phase.load.clone(),
                    cells: phase.cells.clone(),
                    checks: phase.checks.clone(),
                })
                .collect(),
        });
        Self {
            payload: analysis.payload,
            rounds: analysis.rounds.clone(),
            think_time_ms: analysis.think_time_ms,
            apis: apis.collect(),
        }
    }
}
