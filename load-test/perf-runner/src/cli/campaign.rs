//! `smoke`, `full`, `saturation`: what was typed, made into settings, and the
//! campaign run in the environment that was asked for.

mod args;
mod given;
mod resume;

use std::process::ExitCode;

use chrono::Utc;
use rand::RngExt as _;

use self::{args::Placement, resume::Resume};
pub(super) use self::{
    args::{HeldArgs, SmokeArgs},
    resume::says_what_to_measure,
};
use super::{
    Fault, Observer, Places,
    gates::{self, Gates},
    print,
};
use crate::{
    environment::{
        docker::{DockerEnvironment, DockerSettings},
        fake::FakeEnvironment,
        process::{ProcessEnvironment, ProcessSettings},
    },
    fault::ExitClass,
    interrupt,
    model::{CampaignId, Mode},
    plan,
    progress::Event,
    report,
    session::{Outcome, Session, baseline::Baseline},
    settings::{Runtime, Settings},
    store::Store,
};

/// What is done with the plan, and what counts as well.
struct Purpose {
    /// Print the plan and do nothing else.
    only_plan: bool,
    /// An invalid check is no success.
    strict: bool,
    /// Limits on what is measured.
    gates: Gates,
    /// Campaign to hold it against.
    baseline: Option<String>,
    /// Take up a campaign again instead of beginning one.
    resume: Option<Resume>,
}

impl Purpose {
    /// # Errors
    /// When there is no such campaign.
    async fn baseline(&self, settings: &Settings) -> Result<Option<Baseline>, Fault> {
        let Some(word) = &self.baseline else { return Ok(None) };
        // The files are there wherever a campaign was made.
        Baseline::named(&Store::in_files(&settings.places.results), word).await.map(Some)
    }
}

/// Proves the path: prints the result table.
///
/// # Errors
/// A fault when the campaign could not be made; failed test runs are told in the
/// table and by the exit code.
pub(super) async fn smoke(
    (args, is_plan_typed): (SmokeArgs, bool),
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let purpose = args.common.purpose(is_plan_typed)?;
    let apis = args.common.select(places).await?;
    let placement = args.common.place(&apis, places).await?;
    let settings = args.settings(apis, places.clone(), placement.runtime)?;
    run(settings, placement, &purpose, observer).await
}

/// Holds loads: prints the result table.
///
/// # Errors
/// As [`smoke`].
pub(super) async fn held(
    (mode, args, is_plan_typed): (Mode, HeldArgs, bool),
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let purpose = args.common.purpose(is_plan_typed)?;
    let apis = args.common.select(places).await?;
    let placement = args.common.place(&apis, places).await?;
    let settings = args.settings(mode, (apis, places.clone()), placement.runtime)?;
    run(settings, placement, &purpose, observer).await
}

async fn run(
    mut settings: Settings,
    placement: Placement,
    purpose: &Purpose,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let Placement { facts, docker, .. } = placement;
    let resumed = match &purpose.resume {
        Some(resume) => Some(resume.find(&mut settings, &facts).await?),
        None => None,
    };
    let plan = if let Some(stored) = &resumed {
        stored.campaign.plan.clone()
    } else {
        let id = CampaignId::new(Utc::now(), settings.mode, rand::rng().random());
        plan::make(&id, &settings, &facts)?
    };
    purpose.gates.check(&plan)?;
    let baseline = purpose.baseline(&settings).await?;
    let fit = plan::fit(&plan, &facts);
    if purpose.only_plan {
        print::result(&plan::describe(&plan, &fit));
        return Ok(ExitCode::SUCCESS);
    }
    if settings.runtime != Runtime::Fake {
        demand_fit(&fit, observer)?;
    }
    let session = Session {
        settings: &settings,
        observer,
        interrupt: interrupt::from_signals(),
        now: Utc::now,
        resumed: resumed.as_ref(),
        gates: &purpose.gates.gates,
        baseline: baseline.as_ref(),
    };
    let outcome = match settings.runtime {
        Runtime::Process => {
            let environment = ProcessEnvironment::open(ProcessSettings::for_campaign(&settings)?, observer)?;
            Box::pin(session.run(environment, plan, facts)).await?
        }
        Runtime::Docker => {
            // A campaign that is taken up again says how large its pools are.
            let docker = DockerSettings { max_connections: settings.max_connections, ..docker };
            let environment = DockerEnvironment::open(docker, observer).await?;
            Box::pin(session.run(environment, plan, facts)).await?
        }
        Runtime::Fake => {
            let environment = FakeEnvironment::new(settings.seed);
            Box::pin(session.run(environment, plan, facts)).await?
        }
    };
    conclude(&outcome, purpose)
}

/// Warns of what may not fit.
///
/// # Errors
/// When something cannot fit, with the numbers.
fn demand_fit(fit: &plan::Fit, observer: &dyn Observer) -> Result<(), Fault> {
    if !fit.refused.is_empty() {
        return Err(Fault::failed(fit.refused.join("; ")).repair(
            "hold fewer or shorter loads (--phases, --hold), send smaller events (--payload-size), or make room",
        ));
    }
    for text in &fit.doubtful {
        observer.observe(&Event::Warning { text: text.clone() });
    }
    Ok(())
}

/// Prints what it came to. What went wrong first decides the exit code, then a broken
/// gate, then what is invalid.
///
/// # Errors
/// When what the gates say cannot be written.
fn conclude(outcome: &Outcome, purpose: &Purpose) -> Result<ExitCode, Fault> {
    print::result(&report::text::table(&outcome.stored, &outcome.analysis));
    // How long a campaign took that was away in between says nothing of the estimate.
    let was_in_one_go = outcome.stored.campaign.resumed_at.is_empty();
    if let Some(estimate) = outcome.stored.campaign.plan.estimate.as_ref().filter(|_| was_in_one_go) {
        print::result(&plan::compare(estimate, &outcome.spent));
    }
    print::result(&print::report_files(&outcome.files));
    print::result(&purpose.gates.keep(&outcome.stored, &outcome.analysis)?);
    let has_invalid = outcome.stored.has_invalid() || outcome.analysis.has_invalid();
    let invalid = (purpose.strict && has_invalid).then_some(ExitClass::Invalid);
    let class = outcome.class.or(gates::class(&outcome.analysis)).or(invalid);
    Ok(class.map_or(ExitCode::SUCCESS, |class| ExitCode::from(class.code())))
}
