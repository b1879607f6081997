use super::*;
use crate::model::{Language, PhaseLoad, Protocol, Scalability, Verdict};

/// An API with one round per phase of (VUs, throughput, mean call in ms).
fn api(phases: &[(u32, f64, f64)]) -> ApiAnalysis {
    let phase = |(index, (vus, per_s, call_ms)): (usize, &(u32, f64, f64))| PhaseAnalysis {
        name: format!("p{}", index + 1),
        load: PhaseLoad::Vus { vus: *vus, hold_ms: 20_000 },
        cells: vec![Cell {
            round: 1,
            verdict: Some(Verdict::Ok),
            throughput_per_s: Some(*per_s),
            mean_call_ms: Some(*call_ms),
            ..Cell::default()
        }],
        checks: Vec::new(),
        throughput_per_s: Some(*per_s),
        interval: None,
        client_limit_per_s: None,
    };
    ApiAnalysis {
        api: "an-api".to_owned(),
        language: Language::Rust,
        protocol: Protocol::Rest,
        again_of: None,
        phases: phases.iter().enumerate().map(phase).collect(),
        capacity: None,
        knee: Knee::Unknown,
        scalability: Scalability::None { reason: String::new() },
        ranks: None,
        ratio_to_first: None,
    }
}

fn estimated(phases: &[(u32, f64, f64)]) -> ApiAnalysis {
    let mut api = api(phases);
    estimate(&mut api, 100.0, 1);
    api
}

/// Exact mean value analysis of a closed network: think time Z, then one queue for
/// `servers` servers of service time S. Gives throughput per second and the call in ms.
fn closed_queue(vus: u32, servers: f64) -> (f64, f64) {
    const SERVICE_MS: f64 = 6.0;
    const THINK_MS: f64 = 100.0;
    // Load-dependent queue: probabilities of j customers at the queue, for n = 1 ..= vus.
    let mut share = vec![1.0_f64];
    let (mut per_ms, mut call) = (0.0, 0.0);
    for n in 1..=vus {
        let rate = |j: f64| j.min(servers) / SERVICE_MS;
        call = (1..=n).map(|j| f64::from(j) / rate(f64::from(j)) * share[j as usize - 1]).sum();
        per_ms = f64::from(n) / (call + THINK_MS);
        let mut next: Vec<f64> =
            (1..=n).map(|j| per_ms / rate(f64::from(j)) * share[j as usize - 1]).collect();
        next.insert(0, (1.0 - next.iter().sum::<f64>()).max(0.0));
        share = next;
    }
    (per_ms * 1000.0, call)
}

#[test]
fn the_knee_of_an_exact_queue_is_found() {
    let phases: Vec<(u32, f64, f64)> = [10, 50, 100, 200, 400]
        .into_iter()
        .map(|vus| {
            let (per_s, call) = closed_queue(vus, 8.0);
            (vus, per_s, call)
        })
        .collect();
    let api = estimated(&phases);
    // Eight servers of 6 ms: at most 1333 per second, so N* = 1.3333 * 106 = 141.3.
    let Knee::Between { low_vus, high_vus, estimate_vus, .. } = api.knee else { panic!("{:?}", api.knee) };
    assert_eq!((low_vus, high_vus), (100, 200));
    assert!((estimate_vus - 141.3).abs() < 0.5, "{estimate_vus}");
    assert_eq!(api.capacity.unwrap().bound, None);
}

/// The knee of four loads with these p99, of a service that is full at 100 VUs.
fn is_knee_confirmed(p99s_ms: [f64; 4], last_per_s: f64) -> bool {
    let mut api = api(&[(10, 94.0, 6.0), (50, 465.0, 7.0), (100, 700.0, 40.0), (200, last_per_s, 180.0)]);
    for (phase, p99_ms) in api.phases.iter_mut().zip(p99s_ms) {
        phase.cells[0].p99_ms = (p99_ms > 0.0).then_some(p99_ms);
    }
    estimate(&mut api, 100.0, 1);
    let Knee::Between { is_confirmed, .. } = api.knee else { panic!("{:?}", api.knee) };
    is_confirmed
}

#[test]
fn a_knee_is_confirmed_by_latency_and_by_what_more_users_bring() {
    assert!(is_knee_confirmed([9.0, 12.0, 60.0, 300.0], 720.0));
    assert!(!is_knee_confirmed([9.0, 12.0, 14.0, 17.0], 720.0), "latency did not double");
    assert!(!is_knee_confirmed([9.0, 12.0, 60.0, 300.0], 900.0), "more users still bring a lot");
    assert!(!is_knee_confirmed([9.0, 12.0, 60.0, 0.0], 720.0), "the p99 there is not known");
    assert!(!is_knee_confirmed([0.0, 12.0, 60.0, 300.0], 720.0), "nothing to hold it against");
}

#[test]
fn a_loop_that_cannot_ask_for_more_sets_the_number() {
    let api = estimated(&[(10, 94.0, 6.0), (50, 465.0, 7.0)]);
    let capacity = api.capacity.unwrap();
    assert_eq!((capacity.phase.as_str(), capacity.bound), ("p2", Some(Bound::Client)));
    assert_eq!(api.knee, Knee::NotReached);
    assert!((api.phases[1].client_limit_per_s.unwrap() - 471.7).abs() < 0.1);
}

#[test]
fn an_invalid_phase_is_no_capacity() {
    let mut broken = api(&[(10, 94.0, 6.0), (50, 400.0, 7.0), (100, 900.0, 7.0)]);
    broken.phases[2].cells[0].verdict = Some(Verdict::Invalid);
    broken.phases[2].throughput_per_s = None;
    estimate(&mut broken, 100.0, 1);
    assert_eq!(broken.capacity.unwrap().phase, "p2");
}

#[test]
fn what_all_share_sets_the_number_when_most_rounds_say_so() {
    for (checks, bound) in [
        (["host_cpu"].as_slice(), Some(Bound::Host)),
        (&["ceiling"], Some(Bound::Database)),
        (&["host_cpu", "ceiling"], Some(Bound::Database)),
        (&["other_load"], None),
    ] {
        let mut full = api(&[(10, 94.0, 6.0), (200, 400.0, 300.0)]);
        full.phases[1].cells[0].limited_by = checks.iter().map(|&check| check.to_owned()).collect();
        estimate(&mut full, 100.0, 1);
        assert_eq!(full.capacity.unwrap().bound, bound, "{checks:?}");
    }
}

#[test]
fn the_scalability_law_is_found_where_it_holds_and_refused_where_it_does_not() {
    let law = |busy: f64| 150.0 * busy / (1.0 + 0.05 * (busy - 1.0) + 0.000_5 * busy * (busy - 1.0));
    let of_busy = |busy: f64| (law(busy), busy / law(busy) * 1000.0);
    let phases: Vec<(u32, f64, f64)> = [1.0, 4.0, 10.0, 30.0, 60.0, 100.0]
        .into_iter()
        .zip([10, 50, 100, 500, 1000, 2000])
        .map(|(busy, vus)| (vus, of_busy(busy).0, of_busy(busy).1))
        .collect();
    let Scalability::Fits { lambda, sigma, kappa, .. } = estimated(&phases).scalability else { panic!() };
    assert!((lambda - 150.0).abs() < 0.1 && (sigma - 0.05).abs() < 1e-4 && (kappa - 0.000_5).abs() < 1e-5);
    let refused = |phases: &[(u32, f64, f64)]| match estimated(phases).scalability {
        Scalability::None { reason } => reason,
        fits @ Scalability::Fits { .. } => panic!("{fits:?}"),
    };
    assert_eq!(refused(&phases[..5]), "5 usable loads, 6 are needed");
    let plateau: Vec<(u32, f64, f64)> = [10, 50, 100, 200, 500, 1000, 2000]
        .into_iter()
        .map(|vus| {
            let (per_s, call) = closed_queue(vus, 8.0);
            (vus, per_s, call)
        })
        .collect();
    assert!(!refused(&plateau).is_empty());
}
