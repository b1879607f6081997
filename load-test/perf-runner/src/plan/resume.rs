//! Taking up a campaign again: what is left of it, and what keeps it from being
//! the same campaign.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    fault::Fault,
    model::{CampaignId, PhaseLoad, Plan, PlannedRun, RunStatus, StoredCampaign},
};

/// Planned test runs that were not made, or not to their end. One that failed has
/// its result.
pub fn left(stored: &StoredCampaign) -> Vec<&PlannedRun> {
    let is_made = |planned: &&PlannedRun| {
        let made = stored.runs.iter().find(|made| made.run.id == planned.id);
        made.is_some_and(|made| made.run.status != RunStatus::Interrupted)
    };
    stored.campaign.plan.runs.iter().filter(|planned| !is_made(planned)).collect()
}

type Fact = fn(&Plan) -> String;

/// What decides what a campaign's numbers mean.
const OF_THE_LOAD: [(&str, Fact); 8] = [
    ("mode", |plan| plan.mode.to_string()),
    ("think time", |plan| format!("{} ms", plan.think_time_ms)),
    ("request timeout", |plan| format!("{} ms", plan.request_timeout_ms)),
    ("connections", |plan| plan.max_connections.to_string()),
    ("warm-up", |plan| format!("{} ms", plan.warm_up_ms)),
    ("update share", |plan| plan.update_share.to_string()),
    ("payload sizes", |plan| each_once(plan, |run| run.payload.to_string())),
    ("phases", phases),
];

/// What is decided once for a campaign and changes no meaning.
const OF_THE_CAMPAIGN: [(&str, Fact); 4] = [
    ("seed", |plan| plan.seed.to_string()),
    ("rounds", |plan| plan.rounds.to_string()),
    ("ceiling", |plan| plan.ceiling.to_string()),
    ("APIs", |plan| each_once(plan, PlannedRun::name)),
];

/// In what two plans differ, in words; nothing when the campaign that was begun
/// with the first may go on with the second. What a plan is estimated to need is no part of it.
pub fn differences(then: &Plan, now: &Plan) -> Vec<String> {
    let mut found = told(&OF_THE_LOAD, then, now);
    found.extend(told(&OF_THE_CAMPAIGN, then, now));
    if found.is_empty() && then.runs != now.runs {
        found.push("what builds or starts the services".to_owned());
    }
    found
}

/// In what the loads of two plans differ, in words; nothing when what they measure
/// may be compared.
pub fn differences_of_load(then: &Plan, now: &Plan) -> Vec<String> {
    told(&OF_THE_LOAD, then, now)
}

fn told(facts: &[(&str, Fact)], then: &Plan, now: &Plan) -> Vec<String> {
    facts.iter().filter_map(|(name, fact)| difference(name, &fact(then), &fact(now))).collect()
}

/// Which services were built from something else than what was measured before.
pub fn other_builds(stored: &StoredCampaign, build_ids: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for planned in &stored.campaign.plan.runs {
        let made = stored.runs.iter().find(|made| made.run.id == planned.id);
        let then = made.and_then(|made| made.run.build_id.as_ref());
        // One that cannot be built now is told of by its test runs.
        if let (Some(then), Some(now)) = (then, build_ids.get(&planned.api.id)) {
            found.extend(difference(&format!("build of {}", planned.api.id), &short(then), &short(now)));
        }
    }
    found.into_iter().collect()
}

/// One difference, if it is one.
pub fn difference(name: &str, then: &str, now: &str) -> Option<String> {
    (then != now).then(|| format!("{name}: {then} then, {now} now"))
}

/// # Errors
/// When there is a difference, with all of them.
pub fn refuse(campaign: &CampaignId, differences: &[String]) -> Result<(), Fault> {
    if differences.is_empty() {
        return Ok(());
    }
    Err(Fault::usage(format!(
        "campaign {campaign} cannot be resumed, it would be another one: {}",
        differences.join("; ")
    ))
    .repair("bring back what was there, or start a new campaign without --resume"))
}

fn each_once(plan: &Plan, of: impl Fn(&PlannedRun) -> String) -> String {
    let found: BTreeSet<String> = plan.runs.iter().map(of).collect();
    found.into_iter().collect::<Vec<_>>().join(", ")
}

/// As they are typed. All test runs of a campaign have the same.
fn phases(plan: &Plan) -> String {
    let Some(run) = plan.runs.first() else { return "none".to_owned() };
    let load = |load: &PhaseLoad| match load {
        PhaseLoad::Iterations { vus, per_vu, .. } => format!("{vus} users with {per_vu} iterations"),
        PhaseLoad::Vus { vus, hold_ms } => format!("{vus}x{}s", hold_ms / 1000),
        PhaseLoad::Rate { per_s, hold_ms, .. } => format!("{per_s}/sx{}s", hold_ms / 1000),
    };
    let settled = |settle_ms: u64| format!(" (settle {}s)", settle_ms / 1000);
    let phases = run.phases.iter().map(|phase| load(&phase.load) + &settled(phase.settle_ms));
    phases.collect::<Vec<_>>().join(",")
}

/// Twelve digits tell builds apart; the whole hash helps nobody.
fn short(build_id: &str) -> String {
    build_id.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_was_interrupted_or_never_made_is_left_and_what_failed_is_not() {
        let mut stored = sample::many();
        assert!(left(&stored).is_empty());
        stored.runs[0].run.status = RunStatus::Failed;
        stored.runs[1].run.status = RunStatus::Interrupted;
        let last = stored.runs.pop().unwrap();
        let ids: Vec<&str> = left(&stored).iter().map(|run| run.id.0.as_str()).collect();
        assert_eq!(ids, [stored.runs[1].run.id.0.as_str(), last.run.id.0.as_str()]);
    }

    type Change = fn(&mut Plan);

    #[test]
    fn every_choice_of_a_plan_is_compared() {
        let plan = sample::everything().campaign.plan;
        assert_eq!(differences(&plan, &plan), Vec::<String>::new());
        let changes: [(Change, &str); 10] = [
            (|plan| plan.seed = 1, "seed: 18446744073709551614 then, 1 now"),
            (|plan| plan.rounds = 5, "rounds: 1 then, 5 now"),
            (|plan| plan.think_time_ms = 0, "think time: 100 ms then, 0 ms now"),
            (|plan| plan.max_connections = 11, "connections: 10 then, 11 now"),
            (|plan| plan.warm_up_ms = 1, "warm-up: "),
            (|plan| plan.update_share = 0.5, "update share: "),
            (|plan| plan.ceiling = !plan.ceiling, "ceiling: "),
            (|plan| drop(plan.runs.pop()), "APIs: "),
            (
                |plan| plan.runs[0].phases[0].load = PhaseLoad::Vus { vus: 11, hold_ms: 30_000 },
                "phases: 10x30s (settle 3s),50x30s (settle 3s) then, 11x30s",
            ),
            (|plan| plan.runs[1].api.start.push("--fast".to_owned()), "what builds or starts"),
        ];
        for (change, told) in changes {
            let mut other = plan.clone();
            change(&mut other);
            let found = differences(&plan, &other);
            assert!(found.len() == 1 && found[0].starts_with(told), "{told}: {found:?}");
        }
        let mut estimated = plan.clone();
        estimated.estimate = None;
        assert_eq!(differences(&plan, &estimated), Vec::<String>::new());
    }

    #[test]
    fn another_build_is_told_once_per_service() {
        let stored = sample::many();
        let same: BTreeMap<String, String> =
            stored.campaign.plan.apis().into_iter().map(|api| (api.id, "5e884898da28".to_owned())).collect();
        assert_eq!(other_builds(&stored, &same), Vec::<String>::new());
        let mut other = same.clone();
        other.insert("producer-api-go-rest".to_owned(), "0000000000001111".to_owned());
        assert_eq!(
            other_builds(&stored, &other),
            ["build of producer-api-go-rest: 5e884898da28 then, 000000000000 now"]
        );
        assert_eq!(other_builds(&stored, &BTreeMap::new()), Vec::<String>::new());
    }

    #[test]
    fn a_refusal_lists_every_difference() {
        let id = CampaignId("c".to_owned());
        refuse(&id, &[]).unwrap();
        let fault = refuse(&id, &["a".to_owned(), "b".to_owned()]).unwrap_err();
        assert!(fault.to_string().ends_with("a; b"), "{fault}");
    }
}
