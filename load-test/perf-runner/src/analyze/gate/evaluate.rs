//! A gate held against what was measured.

use std::cmp::Reverse;

use super::{
    Amount, Beyond, Gate, Percentile, Subject, Target,
    check::{is_load, name_in},
    wording,
};
use crate::{
    analyze::{cells, checks::as_value, over_rounds::OverRounds, statistics},
    model::{
        Analysis, ApiAnalysis, Cell, GatePlace, GateResult, GateVerdict, Interval, JudgedBy, Metric,
        PayloadSize, PhaseLoad, PlannedPhase, RunStatus, StoredCampaign, Verdict,
    },
};

/// Checks that count errors themselves: they say nothing against a count of them.
const OF_ERRORS: [&str; 2] = ["errors", "unanswered"];

pub(super) fn result(gate: &Gate, stored: &StoredCampaign, analysis: &Analysis) -> GateResult {
    let facts = Facts { gate, stored, analysis };
    let mut places = match &gate.subject {
        Subject::Throughput(target) if target.load.is_none() => facts.capacities(target),
        Subject::Latency(_, target) | Subject::Throughput(target) => facts.held(target),
        Subject::Errors(amount, target) => facts.errors(*amount, target),
        Subject::Ratio(of, to) => facts.ratios(&of.text, &to.text),
    };
    if places.is_empty() {
        let payload = stored.campaign.plan.payloads().first().copied().unwrap_or(PayloadSize::Default);
        let nothing = Err("nothing of this was planned".to_owned());
        places.push(facts.place((payload, Vec::new(), None), nothing));
    }
    places.sort_by_key(|place| Reverse(place.verdict));
    let verdict = places.first().map_or(GateVerdict::Unknown, |place| place.verdict);
    GateResult { gate: gate.text.clone(), verdict, places }
}

/// A number to be held against the limit.
pub(super) struct Measured {
    pub(super) value: f64,
    pub(super) interval: Option<Interval>,
    /// What it rests on: `5 rounds`, `12 of 9,000 calls`.
    pub(super) basis: String,
}

/// Payload, APIs and load of a place.
type At = (PayloadSize, Vec<String>, Option<PhaseLoad>);

struct Facts<'a> {
    gate: &'a Gate,
    stored: &'a StoredCampaign,
    analysis: &'a Analysis,
}

impl Facts<'_> {
    /// A place with the verdict on it; without a number, the reason.
    fn place(&self, (payload, apis, load): At, measured: Result<Measured, String>) -> GatePlace {
        let gate = self.gate;
        let several = self.stored.campaign.plan.payloads().len() > 1;
        let head = wording::head(several.then_some(payload), &apis, load.as_ref());
        let place = GatePlace {
            payload,
            apis,
            load: load.as_ref().map(PhaseLoad::to_string),
            verdict: GateVerdict::Unknown,
            value: None,
            interval: None,
            judged_by: None,
            text: String::new(),
        };
        match measured {
            Err(reason) => GatePlace { text: wording::unknown(gate, &head, &reason), ..place },
            Ok(measured) => {
                let (judged_by, decisive) = decisive(gate.beyond, &measured);
                let is_beyond = match gate.beyond {
                    Beyond::Above => decisive > gate.limit,
                    Beyond::Below => decisive < gate.limit,
                };
                let verdict = if is_beyond { GateVerdict::Broken } else { GateVerdict::Held };
                GatePlace {
                    verdict,
                    value: Some(measured.value),
                    interval: measured.interval,
                    judged_by: Some(judged_by),
                    text: wording::judged(gate, &head, &measured, (verdict, judged_by)),
                    ..place
                }
            }
        }
    }

    /// A percentile or the throughput at held loads.
    fn held(&self, target: &Target) -> Vec<GatePlace> {
        let mut places = Vec::new();
        for (payload, api, planned) in self.planned(target) {
            let measured = self.at_load(payload, &api, &planned.name);
            places.push(self.place((payload, vec![api], Some(planned.load)), measured));
        }
        places
    }

    fn at_load(&self, payload: PayloadSize, api: &str, phase: &str) -> Result<Measured, String> {
        let api = self.api(payload, api)?;
        let phase = api.phases.iter().find(|known| known.name == phase);
        let phase = phase.ok_or_else(|| "it was never begun".to_owned())?;
        let over = OverRounds::of(phase, |cell| figure(&self.gate.subject, cell));
        self.demand_rounds(&over)?;
        if let Some(round) = over.missing_in {
            return Err(format!("round {round} has too few calls, or none were measured"));
        }
        let value = over.mean().ok_or_else(|| "no round measured it".to_owned())?;
        Ok(Measured { value, interval: over.interval(), basis: wording::rounds(over.usable) })
    }

    /// As many usable rounds as a claim needs, or all of a campaign that has fewer.
    fn demand_rounds(&self, over: &OverRounds) -> Result<(), String> {
        let planned = self.rounds();
        if over.usable >= statistics::CLAIM_ROUNDS.min(planned) {
            return Ok(());
        }
        Err(wording::too_few_rounds(over.usable, planned, &over.ruled_out_by))
    }

    fn rounds(&self) -> usize {
        usize::try_from(self.stored.campaign.plan.rounds).unwrap_or(usize::MAX).max(1)
    }

    fn api(&self, payload: PayloadSize, api: &str) -> Result<&ApiAnalysis, String> {
        let of_payload = self.analysis.payloads.iter().find(|known| known.payload == payload);
        let found = of_payload.and_then(|known| known.apis.iter().find(|known| known.api == api));
        found.ok_or_else(|| "no test run of it was made".to_owned())
    }

    /// What APIs sustain at their best usable load.
    fn capacities(&self, target: &Target) -> Vec<GatePlace> {
        let mut wanted: Vec<(PayloadSize, String)> =
            self.planned(target).into_iter().map(|(payload, api, _)| (payload, api)).collect();
        wanted.dedup();
        let mut places = Vec::new();
        for (payload, api) in wanted {
            let measured = self.capacity(payload, &api);
            places.push(self.place((payload, vec![api], None), measured));
        }
        places
    }

    fn capacity(&self, payload: PayloadSize, api: &str) -> Result<Measured, String> {
        let capacity = self.api(payload, api)?.capacity.as_ref();
        let capacity = capacity.ok_or_else(|| "no held load of it can be used".to_owned())?;
        let basis = wording::sustained(&[(api, capacity)], self.rounds());
        Ok(Measured { value: capacity.per_s, interval: capacity.interval, basis })
    }

    /// What one API sustains over what another one does.
    fn ratios(&self, of: &str, to: &str) -> Vec<GatePlace> {
        let plan = &self.stored.campaign.plan;
        let name = |word: &str| name_in(plan, word).unwrap_or_else(|| word.to_owned());
        let (of, to) = (name(of), name(to));
        let place = |payload: PayloadSize| {
            let apis = vec![of.clone(), to.clone()];
            self.place((payload, apis, None), self.ratio(payload, &of, &to))
        };
        plan.payloads().into_iter().map(place).collect()
    }

    fn ratio(&self, payload: PayloadSize, of: &str, to: &str) -> Result<Measured, String> {
        let capacity = |api: &str| {
            let found = self.api(payload, api)?.capacity.as_ref();
            found.ok_or_else(|| format!("no held load of {api} can be used"))
        };
        let (upper, lower) = (capacity(of)?, capacity(to)?);
        let payload = self.analysis.payloads.iter().find(|known| known.payload == payload);
        let comparisons = payload.map(|payload| payload.comparisons.as_slice()).unwrap_or_default();
        let compared = comparisons.iter().find(|comparison| comparison.metric == Metric::Capacity);
        let ratio = compared.and_then(|comparison| crate::analyze::compare::ratio(comparison, of, to));
        let rounds = compared.filter(|_| ratio.is_some()).map(|comparison| comparison.rounds.len());
        Ok(Measured {
            value: ratio.map_or(upper.per_s / lower.per_s, |ratio| ratio.estimate),
            interval: ratio,
            basis: wording::sustained(&[(of, upper), (to, lower)], rounds.unwrap_or(self.rounds())),
        })
    }

    /// Calls that were refused or not answered, over all rounds.
    fn errors(&self, amount: Amount, target: &Target) -> Vec<GatePlace> {
        let mut places = Vec::new();
        for (payload, api, planned) in self.planned(target) {
            let counted = self.counted((payload, &api), &planned.name);
            let measured = self.share(amount, &counted);
            places.push(self.place((payload, vec![api], Some(planned.load)), measured));
        }
        places
    }

    fn share(&self, amount: Amount, counted: &Counted) -> Result<Measured, String> {
        let missing = counted.missing.clone();
        if counted.calls == 0 {
            return Err(missing.unwrap_or_else(|| "no call was made".to_owned()));
        }
        let value = match amount {
            Amount::Calls => as_value(counted.errors),
            Amount::Percent => as_value(counted.errors) / as_value(counted.calls) * 100.0,
        };
        let is_too_many = self.gate.beyond == Beyond::Above && value > self.gate.limit;
        match missing {
            // More of the calls could only add to their number.
            Some(reason) if !is_too_many => Err(reason),
            _ => Ok(Measured {
                value,
                interval: None,
                basis: wording::of_calls(counted.errors, counted.calls),
            }),
        }
    }

    fn counted(&self, (payload, api): (PayloadSize, &str), phase: &str) -> Counted {
        let mut counted = Counted { errors: 0, calls: 0, missing: None };
        let planned = &self.stored.campaign.plan.runs;
        for planned in planned.iter().filter(|run| run.payload == payload && run.name() == api) {
            let made = self.stored.runs.iter().find(|made| made.run.id == planned.id);
            let figures = made.and_then(|made| made.run.phases.iter().find(|known| known.name == phase));
            if let Some(figures) = figures {
                let errors = figures.failed_total().saturating_add(figures.unknown);
                counted.errors = counted.errors.saturating_add(errors);
                let calls = figures.acknowledged.saturating_add(errors);
                counted.calls = counted.calls.saturating_add(calls);
            }
            let reason = match made {
                None => Some("was not made".to_owned()),
                Some(made) if made.run.status != RunStatus::Completed => Some(made.run.status.to_string()),
                Some(_) if figures.is_none() => Some("has no figures of it".to_owned()),
                Some(made) => ruled_out(made, phase).map(|check| format!("is ruled out: {check}")),
            };
            if let Some(reason) = reason.filter(|_| counted.missing.is_none()) {
                counted.missing = Some(format!("round {} {reason}", planned.round));
            }
        }
        counted
    }

    /// Payload, API and phase of everything that was planned and is meant, once.
    fn planned(&self, target: &Target) -> Vec<(PayloadSize, String, PlannedPhase)> {
        let plan = &self.stored.campaign.plan;
        let wanted = target.api.as_ref().map(|word| name_in(plan, &word.text));
        let mut found: Vec<(PayloadSize, String, PlannedPhase)> = Vec::new();
        for run in &plan.runs {
            let name = run.name();
            if wanted.as_ref().is_some_and(|wanted| wanted.as_ref() != Some(&name)) {
                continue;
            }
            for phase in &run.phases {
                let is_meant = target.load.as_ref().is_none_or(|load| is_load(&phase.load, load));
                let is_known = |known: &(PayloadSize, String, PlannedPhase)| {
                    known.0 == run.payload && known.1 == name && known.2.name == phase.name
                };
                if is_meant && !found.iter().any(is_known) {
                    found.push((run.payload, name.clone(), phase.clone()));
                }
            }
        }
        found.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        found
    }
}

struct Counted {
    errors: u64,
    calls: u64,
    /// Why not all of it is known.
    missing: Option<String>,
}

/// The check that keeps a phase of a test run from being used, if one does.
fn ruled_out(made: &crate::model::StoredRun, phase: &str) -> Option<String> {
    let is_of_it = |check: &&crate::model::Check| cells::is_about(check, phase);
    let checks = made.checks.iter().filter(is_of_it);
    let mut invalid = checks.filter(|check| check.verdict == Verdict::Invalid);
    invalid.find(|check| !OF_ERRORS.contains(&check.id.as_str())).map(|check| check.id.replace('_', " "))
}

fn figure(subject: &Subject, cell: &Cell) -> Option<f64> {
    match subject {
        Subject::Latency(Percentile::P50, _) => cell.p50_ms,
        Subject::Latency(Percentile::P95, _) => cell.p95_ms,
        Subject::Latency(Percentile::P99, _) => cell.p99_ms,
        _ => cell.throughput_per_s,
    }
}

/// The number that decides: the end of the interval that is nearer to passing.
fn decisive(beyond: Beyond, measured: &Measured) -> (JudgedBy, f64) {
    match (beyond, measured.interval) {
        (_, None) => (JudgedBy::Value, measured.value),
        (Beyond::Above, Some(interval)) => (JudgedBy::LowerEnd, interval.low),
        (Beyond::Below, Some(interval)) => (JudgedBy::UpperEnd, interval.high),
    }
}
