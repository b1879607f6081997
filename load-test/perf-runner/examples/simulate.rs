//! Prints how often the analysis claims what is not so, on campaigns whose truth is
//! known. Called by `cargo xtask simulate`.

use perf_runner::analyze::simulation::{Truth, simulate};

const EQUAL_SPREAD: [f64; 6] = [0.02; 6];
const UNEQUAL_SPREAD: [f64; 6] = [0.01, 0.016, 0.022, 0.028, 0.034, 0.04];

fn main() {
    let campaigns = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(4_000);
    println!("six APIs, {campaigns} campaigns a row; shares of campaigns unless said otherwise");
    println!(
        "{:<8}{:<14}{:>14}{:>10}{:>12}{:>12}{:>12}",
        "rounds", "sd of log X", "false claims", "covered", "bars cov.", "power 5 %", "half width"
    );
    for (name, sds) in [("2 %", EQUAL_SPREAD), ("1 to 4 %", UNEQUAL_SPREAD)] {
        for rounds in [3, 5, 7, 10] {
            let equal = simulate(&Truth::six(0.0, rounds, sds), campaigns, 2026);
            let apart = simulate(&Truth::six(0.05, rounds, sds), campaigns, 2027);
            let (Some(equal), Some(apart)) = (equal, apart) else { continue };
            println!(
                "{:<8}{:<14}{:>12.1} %{:>8.1} %{:>10.1} %{:>10.1} %{:>10.1} %",
                rounds,
                name,
                equal.false_families * 100.0,
                equal.covered_families * 100.0,
                equal.covered_bars * 100.0,
                apart.power * 100.0,
                equal.half_width * 100.0
            );
        }
    }
}
