//! Checks on what the generator, the host and the database had left: whose number
//! is it?

use super::{
    Finding, PhaseFacts, as_value,
    held::judged,
    limits::{LIMITS, percent},
};
use crate::model::{Target, Verdict, WindowUse};

/// A generator at its limit measures itself.
pub(super) fn generator_cpu(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let usable = facts.processors(Target::K6);
    let measured = facts.used(Target::K6).and_then(|used| Some((used.cpu_cores?, used))).zip(usable);
    Some(judged("generator_cpu", LIMITS.generator_cpu, measured, |((cores, _), usable)| {
        let share = cores / usable;
        (share, format!("k6 used {cores:.2} of {usable} processors, {}.", percent(share)))
    }))
}

/// The same of a generator that would have used more, had it been let.
pub(super) fn generator_starved(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let usable = facts.processors(Target::K6);
    let of = |used: &WindowUse| Some((used.cpu_cores?, waiting_cores(used)?));
    let measured = facts.used(Target::K6).and_then(of).zip(usable);
    Some(judged("generator_starved", LIMITS.generator_demand, measured, |((cores, waiting), usable)| {
        let share = (cores + waiting) / usable;
        let text = format!(
            "k6 ran on {cores:.2} processors and its threads waited for {waiting:.2} more: {} of the {usable} \
             it may use.",
            percent(share)
        );
        (share, text)
    }))
}

/// A limit on processor time holds everything in the generator up at once.
pub(super) fn generator_throttled(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let used = facts.used(Target::K6)?;
    // Without a limit there is nothing to check.
    let throttled_s = used.throttled_seconds?;
    let measured = (used.sampled_ms > 0.0).then_some((throttled_s, used.sampled_ms / 1000.0));
    Some(judged("generator_throttled", LIMITS.generator_throttled, measured, |(throttled_s, seconds)| {
        let share = throttled_s / seconds;
        (
            share,
            format!("A limit kept k6 from running for {throttled_s:.2} s, {} of the time.", percent(share)),
        )
    }))
}

/// Where generator, service and database share a host that is full, it is the
/// host's number.
pub(super) fn host_cpu(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let measured = facts.used(Target::Host).and_then(|used| used.cpu_cores);
    Some(judged("host_cpu", LIMITS.host_cpu, measured, |cores| {
        let share = cores / f64::from(facts.campaign.host.cores.max(1));
        let whose =
            if share > LIMITS.host_cpu.warn_above { ": the host, not the API, set this number" } else { "" };
        let of = facts.campaign.host.cores;
        (share, format!("{cores:.2} of the host's {of} processors were busy, {}{whose}.", percent(share)))
    }))
}

/// Near what the database can do without any service, it is the database's number.
pub(super) fn ceiling(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    // There is one where it was asked for.
    let ceiling = facts.campaign.ceilings.iter().find(|ceiling| ceiling.payload == facts.run.payload)?;
    let acknowledged = facts.window().and_then(|window| window.per_s(window.acknowledged?));
    let measured = acknowledged.zip(ceiling.events_per_s.filter(|most| *most > 0.0));
    Some(judged("ceiling", LIMITS.ceiling, measured, |(rate, most)| {
        let share = rate / most;
        let whose = if share > LIMITS.ceiling.warn_above {
            "; it is database-bound: the APIs are not told apart"
        } else {
            ""
        };
        let text = format!(
            "{rate:.1}/s is {} of the {most:.1}/s that the database alone can store{whose}.",
            percent(share)
        );
        (share, text)
    }))
}

/// Work on the host that is none of the measurement's.
pub(super) fn other_load(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let cores = |target| facts.used(target).and_then(|used| used.cpu_cores);
    let ours = [Target::Api, Target::K6, Target::Postgres, Target::Runner];
    let ours: Option<f64> = ours.into_iter().map(cores).sum();
    let measured = cores(Target::Host).zip(ours);
    Some(judged("other_load", LIMITS.other_load, measured, |(host, ours)| {
        let others = (host - ours).max(0.0);
        let share = others / f64::from(facts.campaign.host.cores.max(1));
        let text = format!(
            "{others:.2} processors were busy with the kernel's own work and with others, {} of the host.",
            percent(share)
        );
        (share, text)
    }))
}

/// Processor time that a hypervisor gave to somebody else.
pub(super) fn stolen(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let of =
        |used: &WindowUse| Some((*used.pressure.as_ref()?.get("steal_seconds")?, used.sampled_ms / 1000.0));
    let measured = facts.used(Target::Host).and_then(of).filter(|(_, seconds)| *seconds > 0.0);
    Some(judged("stolen", LIMITS.stolen, measured, |(stolen_s, seconds)| {
        let share = stolen_s / seconds / f64::from(facts.campaign.host.cores.max(1));
        let text = format!(
            "The hypervisor kept {} of the processors' time for others, {stolen_s:.2} s.",
            percent(share)
        );
        (share, text)
    }))
}

/// A host that swaps is too small for what it is asked to do.
pub(super) fn swap(facts: &PhaseFacts<'_>) -> Option<Finding> {
    facts.planned.load.hold_ms()?;
    let limit = LIMITS.swapped_pages;
    let pages = facts.used(Target::Host).and_then(|used| {
        let counters = used.pressure.as_ref()?;
        Some(counters.get("swap_in_pages")? + counters.get("swap_out_pages")?)
    });
    let (verdict, text) = match pages {
        None => (Verdict::Unknown, "It was not measured.".to_owned()),
        Some(pages) if pages > as_value(limit) => (Verdict::Warn, format!("The host swapped {pages} pages.")),
        Some(_) => (Verdict::Ok, "The host did not swap.".to_owned()),
    };
    Some(Finding { id: "swap", value: pages, limit: format!("> {limit} pages warns"), verdict, text })
}

/// How many processors' worth of threads could have run and had to wait.
fn waiting_cores(used: &WindowUse) -> Option<f64> {
    let waited_s = used.pressure.as_ref()?.get("cpu_wait")?;
    (used.sampled_ms > 0.0).then(|| waited_s / (used.sampled_ms / 1000.0))
}
