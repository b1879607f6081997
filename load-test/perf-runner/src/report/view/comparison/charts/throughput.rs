//! C1, C2 and C5: what is sustained, where it stops to grow, which pairs differ.

use super::{
    super::{
        ChartView, Table,
        source::{Source, capacity_phase},
        words,
    },
    Frame, chart,
};
use crate::{
    model::{ApiAnalysis, Bound, Knee, Metric, PairClaim, PhaseAnalysis},
    report::chart::{self as draw, KneeBracket, PairBar, PeakBar, Point, Scaling, Series},
};

/// More pairs than these no drawing can show: all of ten APIs.
const DRAWN_PAIRS: usize = 45;

/// More knees than these are no sentence.
const TOLD_KNEES: usize = 8;

pub(super) fn peak(source: &Source<'_>) -> Option<ChartView> {
    let mut table =
        Table::new("Sustained throughput", &["API", "Estimate and 95 % CI", "At", "Rounds, one by one"]);
    let mut bars = Vec::new();
    for api in &source.payload.apis {
        let Some((capacity, phase)) = capacity_phase(api) else { continue };
        let usable = phase.cells.iter().filter(|cell| cell.is_usable());
        let rounds: Vec<f64> = usable.filter_map(|cell| cell.throughput_per_s).collect();
        let text = words::capacity(capacity);
        let each: Vec<String> = rounds.iter().map(|value| words::rate(*value)).collect();
        table.row(
            &source.short(&api.api),
            true,
            [text.clone(), format!("{} VUs", capacity.vus), each.join(", ")],
        );
        bars.push(PeakBar {
            name: source.short(&api.api),
            style: source.style(&api.api),
            estimate: capacity.per_s,
            interval: capacity.interval.map(|interval| (interval.low, interval.high)),
            rounds,
            is_lower_bound: capacity.bound == Some(Bound::Client),
            text,
        });
    }
    let (first, last) = (bars.first()?, bars.last()?);
    let how = if first.interval.is_some() {
        "Large marks are means over rounds with 95 % intervals, small dots are single rounds. Whether two of them \
         differ is judged pair by pair below, not by whether their bars overlap."
    } else {
        "Too few rounds for intervals, so nothing is ranked."
    };
    let ceiling = ceiling(source);
    let alone = ceiling.map_or(String::new(), |per_s| {
        format!(
            " The database alone, asked to run the same statement without any service, did {}.",
            words::rate(per_s)
        )
    });
    let span = if bars.len() == 1 {
        format!("{} sustains {}.", first.name, first.text)
    } else {
        format!("From {} {} down to {} {}.", first.name, first.text, last.name, last.text)
    };
    let reading = format!("{span} {how}{alone}");
    let frame = Frame {
        id: "c1",
        title: "Sustained throughput",
        question: "Who sustains more, and how sure is that?",
        reading,
    };
    Some(chart(source, frame, table, |heading| draw::peak(heading, &bars, ceiling)))
}

/// The highest rate that the database reached without a service.
fn ceiling(source: &Source<'_>) -> Option<f64> {
    let ceilings = source.stored.campaign.ceilings.iter();
    let of_payload = ceilings.filter(|ceiling| ceiling.payload == source.payload.payload);
    of_payload.filter_map(|ceiling| ceiling.events_per_s).max_by(f64::total_cmp)
}

pub(super) fn pairs(source: &Source<'_>) -> Option<ChartView> {
    let comparison = source.comparison(Metric::Capacity)?;
    let mut table = Table::new(
        "Pairs, on sustained throughput",
        &[
            "Pair",
            "Ratio and 95 % CI",
            "Simultaneous (Tukey)",
            "Paired t",
            "What may be said",
            "Rounds for \u{b1}5 %",
        ],
    );
    let mut bars = Vec::new();
    for pair in &comparison.pairs {
        let (of, to) = (source.short(&pair.of), source.short(&pair.to));
        let rounds = pair.rounds_for_5_percent.map_or("\u{2013}".to_owned(), |rounds| rounds.to_string());
        let cells = [
            words::ratio(pair.ratio),
            words::ratio(pair.simultaneous),
            words::ratio(pair.paired),
            words::claim(pair.claim).to_owned(),
            rounds,
        ];
        table.row(&format!("{of} : {to}"), true, cells);
        if bars.len() == DRAWN_PAIRS {
            continue;
        }
        bars.push(PairBar {
            text: format!("{}, {}", words::ratio(pair.ratio), words::claim(pair.claim)),
            of,
            to,
            ratio: (pair.ratio.low, pair.ratio.estimate, pair.ratio.high),
            is_different: pair.claim == PairClaim::Different,
        });
    }
    let differ = comparison.pairs.iter().filter(|pair| pair.claim == PairClaim::Different).count();
    let reading = format!(
        "{differ} of {} pairs differ: their interval lies beyond 1 and the ratio beyond the shaded \u{b1}2 %. Grey and \
         hollow: no difference is claimed. Two equal rounds differ by {:.1} % (residual standard deviation).{}",
        comparison.pairs.len(),
        comparison.residual.exp_m1() * 100.0,
        if comparison.pairs.len() > DRAWN_PAIRS {
            format!(" Drawn are the {DRAWN_PAIRS} largest differences; the table has all.")
        } else {
            String::new()
        }
    );
    let frame = Frame { id: "c5", title: "Pair by pair", question: "Which pairs differ?", reading };
    Some(chart(source, frame, table, |heading| draw::pairs(heading, &bars)))
}

pub(super) fn scaling(source: &Source<'_>) -> Option<ChartView> {
    let mut table = Table::new(
        "Throughput at each load",
        &["API and load", "Acknowledged and 95 % CI", "Client could ask for"],
    );
    let mut series = Vec::new();
    for api in &source.payload.apis {
        for phase in &api.phases {
            table.row(
                &format!("{}, {}", source.short(&api.api), words::load(&phase.load)),
                phase.throughput_per_s.is_some(),
                [achieved(phase), words::or_missing(phase.client_limit_per_s, words::rate)],
            );
        }
        let points: Vec<Point> = api.phases.iter().filter_map(|phase| point(source, api, phase)).collect();
        if !points.is_empty() {
            series.push(Series { name: source.short(&api.api), style: source.style(&api.api), points });
        }
    }
    if series.is_empty() {
        return None;
    }
    let first = source.payload.apis.first()?;
    let client_limit = first.phases.iter().filter_map(|phase| Some((vus(phase)?, phase.client_limit_per_s?)));
    let knee = match first.knee {
        Knee::Between { low_vus, high_vus, estimate_vus, .. } => {
            Some(KneeBracket { low_vus: f64::from(low_vus), high_vus: f64::from(high_vus), estimate_vus })
        }
        Knee::NotReached | Knee::Unknown => None,
    };
    let view = Scaling { series, client_limit: client_limit.collect(), knee };
    let frame = Frame {
        id: "c2",
        title: "Throughput over load",
        question: "Where does throughput stop to grow?",
        reading: knees(source, first),
    };
    Some(chart(source, frame, table, |heading| draw::scaling(heading, &view)))
}

fn knees(source: &Source<'_>, first: &ApiAnalysis) -> String {
    let is_reached = |api: &&ApiAnalysis| matches!(api.knee, Knee::Between { .. });
    let reached: Vec<String> = source
        .payload
        .apis
        .iter()
        .filter(is_reached)
        .map(|api| format!("{} {}", source.short(&api.api), words::knee(api)))
        .collect();
    let dashed = "The dashed line is what the virtual users could ask for if every call were as short as at the \
                  smallest load; on it the client, not the API, sets the number.";
    if reached.is_empty() {
        return format!("No API stopped to grow at the loads that were tested. {dashed}");
    }
    let shaded = if is_reached(&first) {
        format!(" Shaded: the loads between which {} stops to grow.", source.short(&first.api))
    } else {
        String::new()
    };
    let told = if reached.len() > TOLD_KNEES {
        format!("{}; the others stand in the ranking", reached[..TOLD_KNEES].join("; "))
    } else {
        reached.join("; ")
    };
    format!("Throughput stops to grow at: {told}. {dashed}{shaded}")
}

fn achieved(phase: &PhaseAnalysis) -> String {
    match (phase.throughput_per_s, phase.interval) {
        (Some(per_s), Some(interval)) => format!("{} ({})", words::rate(per_s), words::rates(interval)),
        (Some(per_s), None) => words::rate(per_s),
        (None, _) => "no usable round".to_owned(),
    }
}

/// The mean of usable rounds; where there is none, what was measured all the same,
/// marked as not valid.
fn point(source: &Source<'_>, api: &ApiAnalysis, phase: &PhaseAnalysis) -> Option<Point> {
    let x = vus(phase)?;
    let all: Vec<f64> = phase.cells.iter().filter_map(|cell| cell.throughput_per_s).collect();
    let y = phase.throughput_per_s.or_else(|| super::super::source::mean(&all))?;
    let hover = format!("{}, {}: {}", source.short(&api.api), words::load(&phase.load), words::rate(y));
    Some(Point { x, y, is_valid: phase.throughput_per_s.is_some(), hover })
}

fn vus(phase: &PhaseAnalysis) -> Option<f64> {
    phase.load.closed_vus().map(f64::from)
}
