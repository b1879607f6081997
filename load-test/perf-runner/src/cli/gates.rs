//! `--fail-if` and `--junit`: limits on what is measured, and where their results go.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Fault, print};
use crate::{
    analyze::gate::{self, BadGate, Gate},
    fault::ExitClass,
    host,
    model::{Analysis, Plan, StoredCampaign},
    report, whole_file,
};

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    /// Gate to hold what is measured against, such as 'p99(producer-api-go-rest@100)>50ms' or
    /// 'errors(*)>0'; exit code 4 when it breaks. Repeat for several.
    #[arg(long = "fail-if", value_name = "GATE", env = "PERF_FAIL_IF", value_delimiter = ';')]
    fail_if: Vec<String>,
    /// File to write what the gates say into, as JUnit XML.
    #[arg(long, value_name = "FILE", env = "PERF_JUNIT", requires = "fail_if")]
    junit: Option<PathBuf>,
}

/// What is asked of a campaign.
#[derive(Debug, Default)]
pub(super) struct Gates {
    pub(super) gates: Vec<Gate>,
    junit: Option<PathBuf>,
}

impl GateArgs {
    /// # Errors
    /// When a text is no gate, or its results could not be written.
    pub(super) fn read(&self) -> Result<Gates, Fault> {
        // An empty variable of the environment asks for nothing.
        let typed = self.fail_if.iter().filter(|text| !text.trim().is_empty());
        let gates = typed.map(|text| gate::parse(text)).collect::<Result<_, _>>();
        let gates = gates.map_err(|bad| usage(&bad))?;
        let junit = self.junit.as_deref().map(std::path::absolute).transpose();
        let junit = junit.map_err(|error| Fault::usage("--junit names no file").cause(error))?;
        if let Some(folder) = junit.as_deref().and_then(Path::parent) {
            host::check_writable(folder, 0, "--junit")?;
        }
        Ok(Gates { gates, junit })
    }
}

impl Gates {
    /// # Errors
    /// When a gate is about something that the plan does not have.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), Fault> {
        self.gates.iter().try_for_each(|gate| gate::check(gate, plan)).map_err(|bad| usage(&bad))
    }

    /// Writes what they say where that was asked for; the line that tells where it is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn keep(&self, stored: &StoredCampaign, analysis: &Analysis) -> Result<String, Fault> {
        let Some(file) = &self.junit else { return Ok(String::new()) };
        whole_file::write(file, report::junit(stored, analysis)?.as_bytes())?;
        Ok(format!("gates   {}\n", print::near(file)))
    }
}

/// Why the exit code is 4, if a gate does not pass.
pub(super) fn class(analysis: &Analysis) -> Option<ExitClass> {
    analysis.gates.iter().any(|gate| !gate.verdict.passes()).then_some(ExitClass::Gate)
}

fn usage(bad: &BadGate) -> Fault {
    Fault::usage(format!("--fail-if: {bad}")).repair(bad.repair.clone())
}
