//! `smoke`, `full`, `saturation`: what was typed, made into settings, and the
//! campaign run in the environment that was asked for.

mod args;

use std::process::ExitCode;

use chrono::Utc;
use rand::RngExt as _;

pub(super) use self::args::{HeldArgs, SmokeArgs};
use super::{Fault, Observer, Places, print};
use crate::{
    environment::{
        fake::FakeEnvironment,
        process::{ProcessEnvironment, ProcessSettings},
    },
    fault::ExitClass,
    host,
    interrupt::{self, Interrupt},
    model::{CampaignId, Mode},
    plan,
    progress::Event,
    report,
    session::{Outcome, Session},
    settings::{Runtime, Settings},
};

/// What is done with the plan, and what counts as well.
struct Purpose {
    /// Print the plan and do nothing else.
    only_plan: bool,
    /// An invalid check is no success.
    strict: bool,
}

/// Proves the path: prints the result table.
///
/// # Errors
/// A fault when the campaign could not be made; failed test runs are told in the
/// table and by the exit code.
pub(super) async fn smoke(
    args: SmokeArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let purpose = Purpose { only_plan: args.common.plan, strict: args.common.strict };
    let apis = args.common.select(places).await?;
    run(&args.settings(apis, places.clone())?, &purpose, observer).await
}

/// Holds loads: prints the result table.
///
/// # Errors
/// As [`smoke`].
pub(super) async fn held(
    (mode, args): (Mode, HeldArgs),
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let purpose = Purpose { only_plan: args.common.plan, strict: args.common.strict };
    let apis = args.common.select(places).await?;
    run(&args.settings(mode, apis, places.clone())?, &purpose, observer).await
}

async fn run(settings: &Settings, purpose: &Purpose, observer: &dyn Observer) -> Result<ExitCode, Fault> {
    let facts = host::read(&settings.places).await;
    let id = CampaignId::new(Utc::now(), settings.mode, rand::rng().random());
    let plan = plan::make(&id, settings, &facts)?;
    let fit = plan::fit(&plan, &facts);
    if purpose.only_plan {
        print::result(&plan::describe(&plan, &fit));
        return Ok(ExitCode::SUCCESS);
    }
    if settings.runtime != Runtime::Fake {
        demand_fit(&fit, observer)?;
    }
    let interrupt = interrupt::from_signals();
    let outcome = match settings.runtime {
        Runtime::Process => {
            let environment = ProcessEnvironment::open(ProcessSettings::for_campaign(settings)?, observer)?;
            Box::pin(session(settings, observer, interrupt).run(environment, plan, facts)).await?
        }
        Runtime::Fake => {
            let environment = FakeEnvironment::new(settings.seed);
            Box::pin(session(settings, observer, interrupt).run(environment, plan, facts)).await?
        }
    };
    Ok(conclude(&outcome, purpose))
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

fn session<'a>(settings: &'a Settings, observer: &'a dyn Observer, interrupt: Interrupt) -> Session<'a> {
    Session { settings, observer, interrupt, now: Utc::now }
}

fn conclude(outcome: &Outcome, purpose: &Purpose) -> ExitCode {
    print::result(&report::text::table(&outcome.stored, &outcome.analysis));
    if let Some(estimate) = &outcome.stored.campaign.plan.estimate {
        print::result(&plan::compare(estimate, &outcome.spent));
    }
    print::result(&print::report_files(&outcome.files));
    let invalid = (purpose.strict && outcome.stored.has_invalid()).then_some(ExitClass::Invalid);
    let class = outcome.class.or(invalid);
    class.map_or(ExitCode::SUCCESS, |class: ExitClass| ExitCode::from(class.code()))
}
