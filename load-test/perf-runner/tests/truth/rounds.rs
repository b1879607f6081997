//! Checks on what several runs say together: each is seen tripping on real ones.

use perf_runner::{
    analyze::{self, checks},
    model::{Check, StoredCampaign, StoredRun, Verdict},
};
use stand_in::{Behaviour, Storing};

use crate::bench::{Bench, Setup, Wanted, held};

#[tokio::test]
async fn rounds_of_another_thing_and_of_another_speed_are_told() {
    let mut bench = Bench::new().await;
    let first = round(&mut bench, 1, 40.0).await;
    let again = round(&mut bench, 2, 60.0).await;
    let found = over_rounds(&[first.clone(), again.clone()]);
    assert_eq!(told(&found, "rounds"), (Verdict::Invalid, "2 valid rounds permit no claim."));
    let noise = told(&found, "noise");
    assert!(
        noise.0 == Verdict::Invalid && noise.1.starts_with("Over 2 rounds the throughput varies by"),
        "{noise:?}"
    );
    assert_eq!(told(&found, "environment"), (Verdict::Ok, "All rounds had the same environment."));
    bench.close().await;

    // One processor of what were all.
    let before_service = ["taskset", "-c", "0"].map(str::to_owned).to_vec();
    let mut bench = Bench::with(Setup { before_service, ..Setup::of(first.1.run.protocol) }).await;
    let pinned = round(&mut bench, 3, 60.0).await;
    let found = over_rounds(&[first, again, pinned]);
    assert_eq!(told(&found, "rounds").0, Verdict::Warn);
    let differs = "The rounds differ in processors of the service.";
    assert_eq!(told(&found, "environment"), (Verdict::Invalid, differs));
    bench.close().await;
}

/// Few enough that the service's connections to its database set no rate.
const USERS: u32 = 8;

/// What other programs do to one round they need not do to the next.
const ATTEMPTS: usize = 3;

type Round = (perf_runner::model::Campaign, StoredRun);

/// A round that is valid by itself.
async fn round(bench: &mut Bench, round: u32, mean_ms: f64) -> Round {
    let behaviour = Behaviour { mean_ms, storing: Storing::Whole, ..Behaviour::default() };
    let mut invalid = Vec::new();
    for _ in 0..ATTEMPTS {
        let mut seen = bench.see(Wanted::of(behaviour.clone(), vec![held(USERS, 14_000)])).await;
        (seen.run.round, seen.run.build_id) = (round, Some("the stand-in's".to_owned()));
        let checks = checks::of_run(&seen.run, &seen.campaign);
        invalid = checks.iter().filter(|check| check.verdict == Verdict::Invalid).cloned().collect();
        if invalid.is_empty() {
            return (seen.campaign, StoredRun { run: seen.run, checks });
        }
    }
    panic!("{invalid:?}")
}

fn over_rounds(rounds: &[Round]) -> Vec<Check> {
    let runs = rounds.iter().map(|(_, run)| run.clone()).collect();
    let analysis = analyze::of(&StoredCampaign { campaign: rounds[0].0.clone(), runs });
    analysis.payloads[0].apis[0].phases[0].checks.clone()
}

fn told<'a>(checks: &'a [Check], id: &str) -> (Verdict, &'a str) {
    let check = checks.iter().find(|check| check.id == id).unwrap();
    (check.verdict, &check.text)
}
