//! The user's gates and what they say.

use serde::Serialize;

use super::{Mark, plain};
use crate::{
    model::{GatePlace, GateResult, GateVerdict},
    report::format::counted,
};

/// A gate with thousands of places still has to be read.
const MOST_TOLD: usize = 6;

/// A gate, quoted, with what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateView {
    /// As it was typed.
    pub gate: String,
    /// Held, unknown or broken.
    pub mark: Mark,
    /// What it was held against, worst first.
    pub places: Vec<GatePlace>,
    /// The same in sentences, those that matter.
    #[serde(skip)]
    pub told: Vec<String>,
    /// Whether it lets the campaign pass.
    #[serde(skip)]
    pub passes: bool,
}

impl From<GateVerdict> for Mark {
    fn from(verdict: GateVerdict) -> Self {
        let (word, symbol) = match verdict {
            GateVerdict::Held => ("held", "\u{2713}"),
            GateVerdict::Unknown => ("unknown", "?"),
            GateVerdict::Broken => ("broken", "\u{2717}"),
        };
        Self { word, symbol }
    }
}

/// One view per gate, in the user's order.
pub(super) fn views(gates: &[GateResult]) -> Vec<GateView> {
    gates.iter().map(view).collect()
}

/// How many of them are broken; empty without gates.
pub(in crate::report) fn tally(gates: &[GateView]) -> String {
    let broken = gates.iter().filter(|gate| !gate.passes).count() as u64;
    let all = counted(gates.len() as u64, "gate", "gates");
    match broken {
        _ if gates.is_empty() => String::new(),
        0 => format!("Of {all}, none is broken."),
        1 => format!("Of {all}, 1 is broken."),
        several => format!("Of {all}, {several} are broken."),
    }
}

fn view(gate: &GateResult) -> GateView {
    GateView {
        gate: plain(&gate.gate),
        mark: gate.verdict.into(),
        places: gate.places.iter().map(safe).collect(),
        told: told(gate),
        passes: gate.verdict.passes(),
    }
}

fn safe(place: &GatePlace) -> GatePlace {
    GatePlace {
        apis: place.apis.iter().map(|api| plain(api)).collect(),
        text: plain(&place.text),
        ..place.clone()
    }
}

/// Of a gate that holds in several places nobody reads each; of another one only
/// where it does not.
fn told(gate: &GateResult) -> Vec<String> {
    let of: Vec<&GatePlace> = match gate.verdict {
        GateVerdict::Held if gate.places.len() > 1 => {
            return vec![format!("It holds in all {} places.", gate.places.len())];
        }
        GateVerdict::Held => gate.places.iter().collect(),
        _ => gate.places.iter().filter(|place| !place.verdict.passes()).collect(),
    };
    let mut told: Vec<String> = of.iter().take(MOST_TOLD).map(|place| plain(&place.text)).collect();
    if of.len() > MOST_TOLD {
        told.push(format!("And so in {} more places.", of.len() - MOST_TOLD));
    }
    told
}
