//! Pure: settings and host facts into an ordered list of test runs with ids,
//! phases and times. Nothing is started to make a plan, and `--plan` prints it.

mod estimate;
mod extra;
mod phases;
pub mod resume;
mod text;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

pub use estimate::{Fit, fit};
pub use extra::{trials, warm_up};
pub use text::{compare, describe};

use crate::{
    fault::Fault,
    model::{
        Api, CampaignId, HostFacts, Language, PayloadSize, PhaseLoad, Plan, PlannedPhase, PlannedRun,
        TestRunId,
    },
    settings::{Runtime, Settings},
};

/// A test run that takes longer than planned by this much is ended.
const GRACE_MS: u64 = 60_000;

/// Decides what the campaign will do.
///
/// # Errors
/// When none of the selected APIs can be measured on this host.
pub fn make(campaign: &CampaignId, settings: &Settings, host: &HostFacts) -> Result<Plan, Fault> {
    let mut left_out = Vec::new();
    let mut apis = Vec::new();
    for api in &settings.apis {
        match missing_tool(api, settings, host) {
            Some(reason) => left_out.push((api.id.clone(), reason)),
            None => apis.push(api.clone()),
        }
    }
    if apis.is_empty() {
        let reasons: Vec<String> = left_out.iter().map(|(api, reason)| format!("{api}: {reason}")).collect();
        return Err(Fault::failed(format!("no selected API can be built here: {}", reasons.join("; ")))
            .repair("install what is missing, or choose others with --api"));
    }
    let mut plan = Plan {
        campaign: campaign.clone(),
        mode: settings.mode,
        seed: settings.seed,
        rounds: settings.rounds,
        think_time_ms: settings.think_time_ms,
        request_timeout_ms: settings.request_timeout_ms,
        max_connections: settings.max_connections,
        warm_up_ms: settings.warm_up_ms,
        update_share: settings.update_share,
        ceiling: settings.ceiling,
        runs: runs(campaign, settings, &apis),
        left_out,
        estimate: None,
    };
    plan.estimate = Some(estimate::of(&plan, settings.verify, host));
    Ok(plan)
}

/// What is measured once in each round.
struct Subject<'a> {
    api: &'a Api,
    /// The second of two equal ones.
    again: bool,
    payload: PayloadSize,
}

/// Each round has every API with every payload once, in a fresh random order:
/// a fixed order would turn any drift of the host into a difference between APIs.
fn runs(campaign: &CampaignId, settings: &Settings, apis: &[Api]) -> Vec<PlannedRun> {
    let mut random = StdRng::seed_from_u64(settings.seed);
    let phases = phases::of(settings);
    let planned_ms = planned_ms(&phases);
    let mut runs = Vec::new();
    for round in 1..=settings.rounds {
        let mut order = subjects(settings, apis);
        order.shuffle(&mut random);
        for (slot, Subject { api, again, payload }) in (1..).zip(order) {
            let mut run = PlannedRun {
                id: TestRunId(String::new()),
                tag: format!("{:08x}", random.next_u32()),
                round,
                slot,
                api: api.clone(),
                again,
                payload,
                phases: phases.clone(),
                planned_ms,
                deadline_ms: planned_ms + GRACE_MS,
            };
            run.id = TestRunId(format!("{campaign}.r{round}s{slot:02}.{}.{payload}", run.name()));
            runs.push(run);
        }
    }
    runs
}

fn subjects<'a>(settings: &Settings, apis: &'a [Api]) -> Vec<Subject<'a>> {
    let twice = |api: &Api| settings.again.as_deref() == Some(api.id.as_str());
    let names = apis.iter().flat_map(|api| {
        let second = twice(api).then_some((api, true));
        [(api, false)].into_iter().chain(second)
    });
    names
        .flat_map(|(api, again)| settings.payloads.iter().map(move |payload| (api, again, *payload)))
        .map(|(api, again, payload)| Subject { api, again, payload })
        .collect()
}

/// From the release of the generator to the end of its last phase. Iterations are
/// not held for a time; theirs is an upper bound.
fn planned_ms(phases: &[PlannedPhase]) -> u64 {
    let end_ms = |phase: &PlannedPhase| match phase.load {
        PhaseLoad::Iterations { max_duration_ms, .. } => phase.start_ms + max_duration_ms,
        PhaseLoad::Vus { hold_ms, .. } | PhaseLoad::Rate { hold_ms, .. } => phase.start_ms + hold_ms,
    };
    phases.iter().map(end_ms).max().unwrap_or(0)
}

/// What this host lacks to build these APIs, in words; empty when it can build all.
pub fn missing_tools(apis: &[Api], host: &HostFacts) -> Vec<String> {
    apis.iter().filter_map(|api| unbuildable(api, host)).collect()
}

/// Why this host cannot build the API; none when it can, or need not.
fn missing_tool(api: &Api, settings: &Settings, host: &HostFacts) -> Option<String> {
    let is_built_here = settings.runtime == Runtime::Process && !settings.skip_build;
    is_built_here.then(|| unbuildable(api, host))?
}

fn unbuildable(api: &Api, host: &HostFacts) -> Option<String> {
    let program = api.build.first()?.as_str();
    let (tool, reason) = match api.language {
        // Its build tool comes with the repository.
        Language::Java => ("java", "no JDK is installed".to_owned()),
        _ => (program, format!("{program} is not installed")),
    };
    let is_known = host.tools.iter().any(|found| found.name == tool);
    (is_known && host.tool(tool).is_none()).then_some(reason)
}

#[cfg(test)]
mod tests;
