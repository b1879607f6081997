//! What is printed: every run, and for each service what the output costs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::fault::Fault;

use super::{GeneratorArguments, Run};
use crate::bench::{cost::to_f64, machine::Machine, report};

const LEGEND: &str = "CPU: microseconds of k6's CPU per iteration, its start and its summary included. The cost of the \
output is the median\nof the pairs; with it k6 keeps fewer samples for its summary, which it saves again in part.";

/// What the output costs against one service.
#[derive(Debug, PartialEq, Serialize)]
struct Cost {
    service: String,
    protocol: String,
    /// Medians.
    cpu_us_without: f64,
    cpu_us_with: f64,
    /// With over without, less one, of each round.
    shares: Vec<f64>,
    /// Their median.
    share: f64,
}

#[derive(Serialize)]
struct Results<'a> {
    machine: &'a Machine,
    settings: &'a GeneratorArguments,
    runs: &'a [Run],
    costs: Vec<Cost>,
}

/// As tables or as JSON.
///
/// Errors: none in practice; serde's.
pub(super) fn text(machine: &Machine, settings: &GeneratorArguments, runs: &[Run]) -> Result<String, Fault> {
    let results = Results { machine, settings, runs, costs: costs(runs) };
    if settings.json {
        return serde_json::to_string_pretty(&results).map_err(Fault::because("cannot write JSON"));
    }
    Ok(tables(&results))
}

fn costs(runs: &[Run]) -> Vec<Cost> {
    let mut services: Vec<(&str, &str)> = Vec::new();
    for run in runs {
        if services.iter().all(|(service, _)| *service != run.service) {
            services.push((&run.service, &run.protocol));
        }
    }
    services.into_iter().map(|(service, protocol)| cost(service, protocol, runs)).collect()
}

fn cost(service: &str, protocol: &str, runs: &[Run]) -> Cost {
    let of = |output| {
        let mut runs: Vec<&Run> =
            runs.iter().filter(|run| run.service == service && run.output == output).collect();
        runs.sort_by_key(|run| run.round);
        runs.into_iter().map(|run| run.cpu_us).collect::<Vec<f64>>()
    };
    let (without, with) = (of(false), of(true));
    let shares: Vec<f64> = with.iter().zip(&without).map(|(with, without)| with / without - 1.0).collect();
    Cost {
        service: service.to_owned(),
        protocol: protocol.to_owned(),
        cpu_us_without: median(without),
        cpu_us_with: median(with),
        share: median(shares.clone()),
        shares,
    }
}

/// Each of them has at least one round.
fn median(values: Vec<f64>) -> f64 {
    report::median(values).unwrap_or(f64::NAN)
}

fn tables(results: &Results<'_>) -> String {
    let Results { machine, settings, runs, costs } = results;
    let mut text = format!("{machine}; {} VUs, {} s each\n\n", settings.vus, settings.seconds);
    let _ = writeln!(
        text,
        "round  {:24}  output  {:>8}  {:>6}  {:>9}  {:>8}  {:>9}",
        "", "calls/s", "CPU", "memory", "KiB out", "not acked"
    );
    for run in *runs {
        let written =
            run.written_bytes.map_or("-".to_owned(), |bytes| format!("{:.0}", to_f64(bytes) / 1024.0));
        let _ = writeln!(
            text,
            "{:>5}  {:24}  {:6}  {:>8.0}  {:>6.1}  {:>5.0} MiB  {written:>8}  {:>9}",
            run.round + 1,
            run.service,
            if run.output { "yes" } else { "no" },
            run.rate,
            run.cpu_us,
            run.memory_mib,
            run.not_acknowledged
        );
    }
    text.push('\n');
    for cost in costs {
        let each: Vec<String> = cost.shares.iter().map(|share| format!("{:+.1} %", share * 100.0)).collect();
        let _ = writeln!(
            text,
            "{}: {:.1} us without, {:.1} us with the output: {:+.1} % ({})",
            cost.service,
            cost.cpu_us_without,
            cost.cpu_us_with,
            cost.share * 100.0,
            each.join(", ")
        );
    }
    text + LEGEND
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(round: u32, output: bool, cpu_us: f64) -> Run {
        Run {
            round,
            service: "a".to_owned(),
            protocol: "rest".to_owned(),
            output,
            iterations: 1,
            not_acknowledged: 0,
            rate: 1.0,
            cpu_us,
            memory_mib: 1.0,
            written_bytes: None,
        }
    }

    #[test]
    fn the_cost_is_the_median_of_the_pairs_and_not_the_ratio_of_the_medians() {
        let runs = [
            run(0, true, 110.0),
            run(0, false, 100.0),
            run(1, false, 200.0),
            run(1, true, 204.0),
            run(2, true, 303.0),
            run(2, false, 300.0),
        ];
        let cost = costs(&runs).remove(0);
        assert!((cost.share - 0.02).abs() < 1e-9, "{cost:?}");
        assert!((cost.cpu_us_without - 200.0).abs() < 1e-9 && (cost.cpu_us_with - 204.0).abs() < 1e-9);
    }
}
