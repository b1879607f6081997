//! Pure: settings and host facts into an ordered list of test runs with ids,
//! phases and times. Nothing is started to make a plan, and `--plan` prints it.

mod text;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

pub use text::describe;

use crate::{
    fault::Fault,
    model::{
        Api, CampaignId, HostFacts, Language, Mode, PayloadSize, PhaseLoad, Plan, PlannedPhase, PlannedRun,
        TestRunId,
    },
    settings::{Runtime, Settings},
};

/// VUs and iterations of a smoke run: one user, five events.
const SMOKE: PhaseLoad = PhaseLoad::Iterations { vus: 1, per_vu: 5, max_duration_ms: 60_000 };

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
    Ok(Plan {
        campaign: campaign.clone(),
        mode: settings.mode,
        seed: settings.seed,
        rounds: settings.rounds,
        think_time_ms: settings.think_time_ms,
        request_timeout_ms: settings.request_timeout_ms,
        max_connections: settings.max_connections,
        runs: runs(campaign, settings, &apis),
        left_out,
    })
}

/// Each round has every API with every payload once, in a fresh random order:
/// a fixed order would turn any drift of the host into a difference between APIs.
fn runs(campaign: &CampaignId, settings: &Settings, apis: &[Api]) -> Vec<PlannedRun> {
    let mut random = StdRng::seed_from_u64(settings.seed);
    let mut runs = Vec::new();
    for round in 1..=settings.rounds {
        let mut order: Vec<(&Api, PayloadSize)> = apis
            .iter()
            .flat_map(|api| settings.payloads.iter().map(move |payload| (api, *payload)))
            .collect();
        order.shuffle(&mut random);
        for (slot, (api, payload)) in (1..).zip(order) {
            let phases = phases(settings);
            let planned_ms = phases.iter().map(planned_ms).sum();
            runs.push(PlannedRun {
                id: TestRunId(format!("{campaign}.r{round}s{slot:02}.{}.{payload}", api.id)),
                tag: format!("{:08x}", random.next_u32()),
                round,
                slot,
                api: api.clone(),
                payload,
                phases,
                planned_ms,
                deadline_ms: planned_ms + GRACE_MS,
            });
        }
    }
    runs
}

fn phases(settings: &Settings) -> Vec<PlannedPhase> {
    match settings.mode {
        // Held loads of one minute until they can be chosen.
        Mode::Smoke | Mode::Full | Mode::Saturation => {
            vec![PlannedPhase { name: "p1".to_owned(), load: SMOKE, start_ms: 0, settle_ms: 0 }]
        }
    }
}

/// What a phase is expected to take. Iterations are not held for a time; this is
/// their upper bound.
fn planned_ms(phase: &PlannedPhase) -> u64 {
    match phase.load {
        PhaseLoad::Iterations { max_duration_ms, .. } => max_duration_ms,
        PhaseLoad::Vus { hold_ms, .. } | PhaseLoad::Rate { hold_ms, .. } => hold_ms,
    }
}

/// Why this host cannot build the API; none when it can.
fn missing_tool(api: &Api, settings: &Settings, host: &HostFacts) -> Option<String> {
    if settings.skip_build || settings.runtime == Runtime::Fake {
        return None;
    }
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
