//! The only sentences that a campaign may say. Never "times" without an interval,
//! never a quality without its quantity, never certainty from what was not seen.

use std::collections::BTreeSet;

use super::{CLAIM_ROUNDS, mean_of, range};
use crate::model::{
    ApiAnalysis, Bound, Comparison, Interval, Metric, NoiseFloor, PairClaim, PairResult, PayloadAnalysis,
    PhaseAnalysis,
};

pub(super) fn nothing_valid() -> String {
    "Nothing may be concluded: no held load of any API can be used.".to_owned()
}

pub(super) fn alone(api: &str, interval: Option<Interval>, rounds: usize) -> String {
    match interval {
        Some(interval) => format!(
            "{api} sustains {}/s (95 % CI {}\u{2013}{}, {rounds} rounds); there is nothing to compare it with.",
            rate(interval.estimate),
            rate(interval.low),
            rate(interval.high)
        ),
        None => format!("{api} was measured alone, and fewer than {CLAIM_ROUNDS} of its rounds can be used."),
    }
}

pub(super) fn one_round(values: &[(String, f64)]) -> String {
    match values {
        [(api, value)] => {
            format!("In this single round {api} measured {}/s. One round has no interval.", rate(*value))
        }
        _ => format!("In this single round {}. One round cannot separate them.", measured(values)),
    }
}

pub(super) fn two_rounds(values: &[(String, f64)]) -> String {
    format!("In the mean of two rounds {}. Two rounds allow no claim.", measured(values))
}

pub(super) fn too_few_complete(values: &[(String, f64)], rounds: usize) -> String {
    format!(
        "In the mean of the usable of {rounds} rounds {}. Fewer than {CLAIM_ROUNDS} rounds are valid for two \
         APIs at once, so nothing is compared.",
        measured(values)
    )
}

fn measured(values: &[(String, f64)]) -> String {
    let parts: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, (api, value))| {
            let verb = if index == 0 { "measured " } else { "" };
            format!("{api} {verb}{}/s", rate(*value))
        })
        .collect();
    listed(&parts)
}

/// Those that no other one is ahead of.
pub(super) fn leaders(apis: &[&ApiAnalysis], rounds: usize) -> String {
    match apis {
        [only] => {
            let vus = only.capacity.as_ref().map_or(0, |capacity| capacity.vus);
            format!("{} sustains most: {} at {vus} VUs, over {rounds} rounds.", only.api, sustained(only))
        }
        several => {
            let parts: Vec<String> = several.iter().map(|api| with(api)).collect();
            format!(
                "Most is sustained by {}, between which no difference is claimed, over {rounds} rounds.",
                listed(&parts)
            )
        }
    }
}

/// Everyone, where nobody is ahead; the one with the highest value comes first.
pub(super) fn no_leader(apis: &[&ApiAnalysis], rounds: usize) -> String {
    let ends: Vec<String> = [apis.first(), apis.last()].into_iter().flatten().map(|api| with(api)).collect();
    format!(
        "No API is shown to sustain more than all others: from {}, over {rounds} rounds.",
        ends.join(" down to ")
    )
}

/// The sentence where some numbers are the client's, and may be higher than any.
pub(super) fn aside(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>()).unwrap_or_default();
    format!("Leaving lower bounds aside, {first}{}", letters.as_str())
}

fn with(api: &ApiAnalysis) -> String {
    format!("{} with {}", api.api, sustained(api))
}

fn sustained(api: &ApiAnalysis) -> String {
    let Some(capacity) = &api.capacity else { return "nothing that can be used".to_owned() };
    let at_least = if capacity.bound == Some(Bound::Client) { "at least " } else { "" };
    let per_s = format!("{at_least}{}/s", rate(capacity.per_s));
    match capacity.interval {
        Some(ends) => format!("{per_s} (95 % CI {}\u{2013}{})", rate(ends.low), rate(ends.high)),
        None => per_s,
    }
}

/// The sentence of a pair.
pub(super) fn pair(analysis: &PayloadAnalysis, comparison: &Comparison, pair: &PairResult) -> String {
    let PairResult { of, to, ratio, .. } = pair;
    let rounds = comparison.rounds.len();
    let interval = format!("95 % CI {}, {rounds} rounds", range(*ratio));
    let what = quantity(analysis, comparison.metric);
    match (pair.claim, comparison.metric) {
        (PairClaim::Different, Metric::Capacity) => {
            let at_least = if is_bound(analysis, of, Bound::Client) { "at least " } else { "" };
            format!(
                "{of} sustains {at_least}{:.2} times the throughput of {to} ({interval}).",
                ratio.estimate
            )
        }
        (PairClaim::Different, Metric::Cpu) => {
            let against = mean_of(analysis, of, Metric::Cpu)
                .zip(mean_of(analysis, to, Metric::Cpu))
                .map_or(String::new(), |(more, less)| {
                    format!(", {} against {}", seconds(more), seconds(less))
                });
            format!(
                "{of} takes {:.2} times the processor time of {to} for 1,000 events{against} ({interval}).",
                ratio.estimate
            )
        }
        (PairClaim::Different, metric) => {
            let (high, low) = (mean_of(analysis, of, metric), mean_of(analysis, to, metric));
            let by = high.zip(low).map_or(String::new(), |(high, low)| format!("{} ", ms(high - low)));
            let share = (1.0 - 1.0 / ratio.estimate) * 100.0;
            format!(
                "The {what} of {to} is {by}lower than that of {of}, {share:.0} % less \
                 (ratio of {of} to {to}: {:.2}, {interval}).",
                ratio.estimate
            )
        }
        (PairClaim::Small, _) => {
            format!(
                "{of} and {to} differ measurably in {what}, but by little: ratio {:.3} ({interval}).",
                ratio.estimate
            )
        }
        (PairClaim::Equal, _) => format!("{of} and {to} are equal within 5 % in {what} ({interval})."),
        (PairClaim::NotResolved, metric) => not_resolved(analysis, metric, pair, &interval),
    }
}

fn not_resolved(analysis: &PayloadAnalysis, metric: Metric, pair: &PairResult, interval: &str) -> String {
    let PairResult { of, to, .. } = pair;
    let what = quantity(analysis, metric);
    let of_client: Vec<String> =
        [of, to].into_iter().filter(|api| is_bound(analysis, api, Bound::Client)).cloned().collect();
    if metric == Metric::Capacity && !of_client.is_empty() && pair.rounds_for_5_percent.is_none() {
        return format!(
            "The {what} of {of} and {to} is not resolved (ratio {interval}): the client, not the API, set the number of {}.",
            listed(&of_client)
        );
    }
    let by = |shared: Bound| is_bound(analysis, of, shared) && is_bound(analysis, to, shared);
    for (shared, word) in [(Bound::Database, "database-bound"), (Bound::Host, "host-bound")] {
        if metric == Metric::Capacity && by(shared) {
            return format!("{of} and {to} are {word} and not separated (ratio {interval}).");
        }
    }
    let help = match pair.rounds_for_5_percent {
        Some(rounds) => format!("about {rounds} rounds would resolve 5 %"),
        None => "no practical number of rounds would resolve 5 %".to_owned(),
    };
    format!("The {what} of {of} and {to} is not resolved (ratio {interval}); {help}.")
}

fn is_bound(analysis: &PayloadAnalysis, api: &str, bound: Bound) -> bool {
    let known = analysis.apis.iter().find(|known| known.api == api);
    known.is_some_and(|api| api.is_bound_by(bound))
}

fn quantity(analysis: &PayloadAnalysis, metric: Metric) -> String {
    let at = analysis.reference.as_ref().map_or(String::new(), |reference| format!(" at {}", reference.load));
    match metric {
        Metric::Capacity => "sustained throughput".to_owned(),
        Metric::P50 => format!("p50{at}"),
        Metric::P99 => format!("p99{at}"),
        Metric::Cpu => "processor time for 1,000 events".to_owned(),
    }
}

/// How many pairs can be told apart.
pub(super) fn tally(comparison: &Comparison) -> String {
    let count = |claim: PairClaim| comparison.pairs.iter().filter(|pair| pair.claim == claim).count();
    let parts: Vec<String> = [
        (PairClaim::Different, "differs", "differ"),
        (PairClaim::Small, "differs by less than 2 %", "differ by less than 2 %"),
        (PairClaim::Equal, "is equal within 5 %", "are equal within 5 %"),
        (PairClaim::NotResolved, "is not resolved", "are not resolved"),
    ]
    .into_iter()
    .map(|(claim, one, several)| (count(claim), one, several))
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, several)| format!("{count} {}", if count == 1 { one } else { several }))
    .collect();
    format!(
        "Of {} pairs, {}, over {} complete rounds.",
        comparison.pairs.len(),
        listed(&parts),
        comparison.rounds.len()
    )
}

/// APIs whose number the client set; `all` when that is everyone's.
pub(super) fn client_bound(apis: &[&ApiAnalysis], all: bool) -> String {
    if all && apis.len() > 1 {
        return format!(
            "No API reached its limit, so which one sustains more is not shown: {} each took nearly all that the \
             client asked for, {}. The client, not the API, set these numbers; more users or a shorter pause would \
             ask for more.{}",
            at_loads(apis),
            span(apis),
            ruled_out(apis)
        );
    }
    let values: Vec<String> = apis
        .iter()
        .filter_map(|api| Some(format!("{} at least {}/s", api.api, rate(api.capacity.as_ref()?.per_s))))
        .collect();
    let whose = if apis.len() == 1 { "this number" } else { "these numbers" };
    format!("{}: the client, not the API, set {whose}.{}", listed(&values), ruled_out(apis))
}

/// Whether more was asked of these APIs in loads that cannot be used.
fn ruled_out(apis: &[&ApiAnalysis]) -> &'static str {
    let is_higher = |api: &ApiAnalysis, phase: &PhaseAnalysis| {
        let of_capacity = api.capacity.as_ref().map_or(0, |capacity| capacity.vus);
        let was_made = phase.cells.iter().any(|cell| cell.verdict.is_some());
        was_made && phase.throughput_per_s.is_none() && phase.load.closed_vus() > Some(of_capacity)
    };
    let any = apis.iter().any(|api| api.phases.iter().any(|phase| is_higher(api, phase)));
    if any { " Higher loads were held as well, and checks ruled them out." } else { "" }
}

/// APIs whose number the host set; `all` when that is everyone's.
pub(super) fn host_bound(apis: &[&ApiAnalysis], all: bool) -> String {
    const WHY: &str = "generator, service and database together used the host's processors up";
    if all && apis.len() > 1 {
        return format!(
            "The APIs are host-bound and not separated: {} each had its highest throughput, {}, while {WHY}. The \
             host, not the API, set these numbers.",
            at_loads(apis),
            span(apis)
        );
    }
    let names: Vec<String> = apis.iter().map(|api| api.api.clone()).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb} host-bound: {WHY}, so the host, not the API, set the number.", listed(&names))
}

/// `at 50 VUs`, or in general words where they differ.
fn at_loads(apis: &[&ApiAnalysis]) -> String {
    let loads: BTreeSet<u32> =
        apis.iter().filter_map(|api| api.capacity.as_ref()).map(|capacity| capacity.vus).collect();
    match loads.first() {
        Some(vus) if loads.len() == 1 => format!("at {vus} VUs"),
        _ => "at a load of its own".to_owned(),
    }
}

/// The lowest and the highest throughput; the APIs come with the highest first.
fn span(apis: &[&ApiAnalysis]) -> String {
    let value = |api: &&ApiAnalysis| Some(format!("{}/s ({})", rate(api.capacity.as_ref()?.per_s), api.api));
    match (apis.last().and_then(value), apis.first().and_then(value)) {
        (Some(low), Some(high)) => format!("between {low} and {high}"),
        _ => "of unknown throughput".to_owned(),
    }
}

/// APIs whose number the database set; `all` when that is everyone's.
pub(super) fn database_bound(apis: &[&ApiAnalysis], all: bool) -> String {
    const WHY: &str = "more than 90 % of what the database stores without any service was reached";
    if all && apis.len() > 1 {
        return format!(
            "The APIs are database-bound and not separated: {} each had its highest throughput, {}, and {WHY}. The \
             database, not the APIs, set these numbers.",
            at_loads(apis),
            span(apis)
        );
    }
    let names: Vec<String> = apis.iter().map(|api| api.api.clone()).collect();
    let (verb, what) = match names.len() {
        1 => ("is", "the database, not the API, set the number"),
        _ => ("are", "the database, not the APIs, set the numbers, and these APIs are not separated"),
    };
    format!("{} {verb} database-bound: {WHY}, so {what}.", listed(&names))
}

pub(super) fn noise_floor(floor: &NoiseFloor) -> String {
    let share = floor.half_width * 100.0;
    if floor.covers_one {
        format!(
            "Measured twice under two names, {} differs from itself by a ratio of {:.2} (95 % CI {}), which covers 1: \
             the noise floor of this host is \u{b1}{share:.1} %.",
            floor.api,
            floor.ratio.estimate,
            range(floor.ratio)
        )
    } else {
        format!(
            "Measured twice under two names, {} seems to differ from itself (ratio 95 % CI {}): this host does not \
             measure evenly, and no difference may be believed.",
            floor.api,
            range(floor.ratio)
        )
    }
}

pub(super) fn left_out(comparison: &Comparison) -> String {
    let parts: Vec<String> =
        comparison.left_out.iter().map(|(api, reason)| format!("{api} ({reason})")).collect();
    format!("Not compared: {}.", listed(&parts))
}

/// `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1,412`, `93.5`: without its unit.
fn rate(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn seconds(value: f64) -> String {
    if value < 0.1 { format!("{value:.3} s") } else { format!("{value:.2} s") }
}

fn ms(value: f64) -> String {
    if value < 10.0 { format!("{value:.2} ms") } else { format!("{value:.0} ms") }
}
