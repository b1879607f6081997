use super::*;
use crate::{
    analyze,
    model::{FailureKind, GateVerdict, Interval, JudgedBy, PhaseLoad, Plan, RunStatus},
    sample::{self, SIX, held, held_of, with_invalid},
};

const API: &str = SIX[0].name;

fn gate(text: &str) -> Gate {
    parse(text).unwrap()
}

fn judged(text: &str, stored: &StoredCampaign) -> GateResult {
    let gate = gate(text);
    check(&gate, &stored.campaign.plan).unwrap();
    judge(&[gate], stored, &analyze::of(stored)).remove(0)
}

fn verdict(text: &str, stored: &StoredCampaign) -> GateVerdict {
    judged(text, stored).verdict
}

/// What a gate sees that nothing can break.
fn interval(measure: &str, unit: &str, stored: &StoredCampaign) -> Interval {
    let seen = judged(&format!("{measure}>1000000000{unit}"), stored);
    seen.places[0].interval.unwrap()
}

#[test]
fn every_form_is_read() {
    let target = |gate: &Gate| gate.subject.target().cloned().unwrap();
    let p99 = gate(" p99( producer-api-go-rest @100 ) > 50 ms ");
    assert_eq!(p99.text, "p99( producer-api-go-rest @100 ) > 50 ms");
    assert!(matches!(p99.subject, Subject::Latency(Percentile::P99, _)));
    assert_eq!((p99.beyond, p99.limit), (Beyond::Above, 50.0));
    assert_eq!(target(&p99).api.unwrap().text, "producer-api-go-rest");
    assert_eq!(target(&p99).load, Some(Load { amount: 100, is_rate: false, at: 27 }));
    assert!((gate("p50(a)>250us").limit - 0.25).abs() < 1e-12);
    assert!((gate("p95(*)>1.5s").limit - 1500.0).abs() < 1e-9);
    let open = gate("throughput(a@again@500/s)<499/s");
    assert_eq!(target(&open).api.unwrap().text, "a@again");
    assert_eq!(target(&open).load.map(|load| (load.amount, load.is_rate)), Some((500, true)));
    let errors = gate("errors(*)>0");
    assert_eq!((target(&errors).api, target(&errors).load), (None, None));
    assert!(matches!(errors.subject, Subject::Errors(Amount::Calls, _)));
    assert!(matches!(gate("errors(a@50)>1%").subject, Subject::Errors(Amount::Percent, _)));
    let Subject::Ratio(of, to) = gate("ratio(a, b)<0.95").subject else { panic!("a ratio") };
    assert_eq!((of.text.as_str(), to.text.as_str()), ("a", "b"));
}

#[test]
fn what_is_no_gate_is_pointed_at_with_what_could_stand_there() {
    for (text, at, what, repair) in [
        ("", 0, "begins with what is measured", "throughput"),
        ("p90(a)>5ms", 0, "\"p90\"", "p50, p95, p99"),
        ("p99 a>5ms", 4, "opening bracket", "("),
        ("p99(a@100>5ms", 9, "closing bracket", ")"),
        ("p99()>5ms", 4, "name of an API", "*"),
        ("p99(a@)>5ms", 6, "load is missing", "@500/s"),
        ("p99(a@99999999999)>5ms", 6, "load is missing", "@100"),
        ("p99(a)5ms", 6, "when it breaks", ">50ms"),
        ("p99(a)>=5ms", 7, "only > and <", "="),
        ("p99(a)>ms", 7, "limit is missing", "50"),
        ("p99(a)>1.ms", 7, "limit is missing", "0.95"),
        ("p99(a)>-1ms", 7, "limit is missing", "50"),
        ("p99(a)>5", 8, "unit is missing", "us, ms or s"),
        ("p99(a)>5/s", 8, "\"/s\" is not its unit", "us, ms or s"),
        ("throughput(a)<900", 17, "unit is missing", "900/s"),
        ("throughput(a)<900ms", 17, "\"ms\" is not its unit", "900/s"),
        ("errors(a)>1ms", 11, "\"ms\" is not its unit", "%"),
        ("ratio(a,b)<95%", 13, "\"%\" is not its unit", "0.95"),
        ("ratio(a)<1", 7, "ratio is of two", ","),
        ("ratio(a,*)<1", 8, "two APIs by their names", "instead of *"),
        ("p99(a)>5ms and more", 11, "nothing may follow", "once for each"),
    ] {
        let bad = parse(text).unwrap_err();
        assert_eq!(bad.at, at, "{text}: {bad}");
        assert!(bad.what.contains(what), "{text}: {}", bad.what);
        assert!(bad.repair.contains(repair), "{text}: {}", bad.repair);
    }
}

#[test]
fn the_caret_stands_below_the_place() {
    let shown = parse("p99(ä-api@100)>5ms\u{1b}[31m").unwrap_err().to_string();
    assert_eq!(shown, "the name of an API is missing\n  p99(ä-api@100)>5ms\u{fffd}[31m\n      ^");
}

fn refused(text: &str, plan: &Plan) -> BadGate {
    check(&gate(text), plan).unwrap_err()
}

#[test]
fn what_the_plan_does_not_have_is_refused_with_what_it_has() {
    let plan = held(1).campaign.plan;
    let unknown = refused("p99(producer-api-perl-rest@100)>50ms", &plan);
    assert_eq!(unknown.at, 4);
    assert!(unknown.repair.contains("producer-api-go-rest, producer-api-java-grpc"), "{unknown:?}");
    let load = refused("p99(go-rest@150)>50ms", &plan);
    assert_eq!((load.at, load.repair.as_str()), (12, "one of @10, @50, @100, @200, @500, @1000, @2000"));
    assert!(refused("throughput(go-rest@100/s)<9/s", &plan).what.contains("@100/s"));
    assert!(refused("ratio(go-rest,producer-api-go-rest)<1", &plan).what.contains("to itself"));
    assert_eq!(refused("ratio(go-rest,go-soap)<1", &plan).at, 14);
    check(&gate("ratio(go-rest,rust-rest)<1"), &plan).unwrap();

    let smoke = sample::normal().campaign.plan;
    assert!(refused("p99(rust-rest)>1ms", &smoke).what.contains("holds no load"));
    assert!(refused("errors(producer-api-java-rest)>0", &smoke).what.contains("left out"));
    check(&gate("errors(*@1)>0"), &smoke).unwrap();

    let mut open = plan;
    for phase in open.runs.iter_mut().flat_map(|run| &mut run.phases) {
        phase.load = PhaseLoad::Rate { per_s: 500, hold_ms: 30_000, max_vus: 500 };
    }
    for text in ["ratio(go-rest,rust-rest)<1", "throughput(*)<9/s"] {
        assert!(refused(text, &open).repair.contains("--phases"), "{text}");
    }
    check(&gate("throughput(*@500/s)<499/s"), &open).unwrap();
    assert_eq!(refused("p99(*@500)>9ms", &open).repair, "one of @500/s");
}

/// The whole interval has to lie beyond the limit, whatever the estimate says.
#[test]
fn with_an_interval_the_end_nearer_to_passing_decides() {
    let stored = held(5);
    for (measure, unit) in [
        ("p50(rust-rest@100)", "ms"),
        ("p95(rust-rest@100)", "ms"),
        ("p99(rust-rest@100)", "ms"),
        ("throughput(rust-rest@50)", "/s"),
        ("throughput(rust-rest)", "/s"),
        ("ratio(java-rest,rust-rest)", ""),
        ("ratio(rust-rest,java-rest)", ""),
    ] {
        let seen = interval(measure, unit, &stored);
        assert!(seen.low < seen.estimate && seen.estimate < seen.high, "{measure}: {seen:?}");
        for (sign, limit, expected) in [
            ('>', seen.low * 0.9999, GateVerdict::Broken),
            ('>', seen.low * 1.0001, GateVerdict::Held),
            ('<', seen.high * 1.0001, GateVerdict::Broken),
            ('<', seen.high * 0.9999, GateVerdict::Held),
        ] {
            let text = format!("{measure}{sign}{limit:.9}{unit}");
            let result = judged(&text, &stored);
            assert_eq!(result.verdict, expected, "{text}: {result:?}");
            let end = if sign == '>' { JudgedBy::LowerEnd } else { JudgedBy::UpperEnd };
            assert_eq!(result.places[0].judged_by, Some(end));
        }
    }
}

#[test]
fn without_an_interval_the_value_decides_and_says_so() {
    let stored = held_of(&SIX[..2], &[50, 200], 1);
    for (measure, unit) in [
        ("p50(rust-rest@50)", "ms"),
        ("p95(rust-rest@50)", "ms"),
        ("p99(rust-rest@50)", "ms"),
        ("throughput(rust-rest@50)", "/s"),
        ("throughput(rust-rest)", "/s"),
        ("ratio(rust-grpc,rust-rest)", ""),
    ] {
        let seen = judged(&format!("{measure}>1000000000{unit}"), &stored).places.remove(0);
        assert_eq!((seen.interval, seen.judged_by), (None, Some(JudgedBy::Value)), "{measure}");
        let value = seen.value.unwrap();
        assert_eq!(verdict(&format!("{measure}>{:.9}{unit}", value * 0.9999), &stored), GateVerdict::Broken);
        assert_eq!(verdict(&format!("{measure}>{:.9}{unit}", value * 1.0001), &stored), GateVerdict::Held);
        assert_eq!(verdict(&format!("{measure}<{:.9}{unit}", value * 1.0001), &stored), GateVerdict::Broken);
        assert_eq!(verdict(&format!("{measure}<{:.9}{unit}", value * 0.9999), &stored), GateVerdict::Held);
    }
}

/// So many errors of an API in the first phase of its first test run.
fn with_errors(mut stored: StoredCampaign, errors: u64) -> StoredCampaign {
    let run = stored.runs.iter_mut().find(|made| made.run.api == API).unwrap();
    run.run.phases[0].failed.insert(FailureKind("unavailable".to_owned()), errors);
    stored
}

#[test]
fn errors_are_counted_one_by_one_or_as_a_share() {
    let clean = held(2);
    assert_eq!(verdict("errors(*)>0", &clean), GateVerdict::Held);
    let one = with_errors(clean.clone(), 1);
    let result = judged("errors(*)>0", &one);
    assert_eq!(result.verdict, GateVerdict::Broken);
    assert_eq!(result.places[0].apis, [API]);
    assert!(result.places[0].text.contains("at 10 VUs: errors 1 (1 of "), "{}", result.places[0].text);
    assert_eq!(result.places.iter().filter(|place| !place.verdict.passes()).count(), 1);
    assert_eq!(verdict("errors(*)>1", &one), GateVerdict::Held);
    assert_eq!(verdict("errors(rust-rest@50)>0", &one), GateVerdict::Held);

    let calls: u64 = clean
        .runs
        .iter()
        .filter(|made| made.run.api == API)
        .map(|made| made.run.phases[0].acknowledged)
        .sum();
    // A share of one percent of all calls, the failed ones included.
    let hundredth = calls / 99;
    assert_eq!(
        verdict("errors(rust-rest@10)>1%", &with_errors(clean.clone(), hundredth + 2)),
        GateVerdict::Broken
    );
    assert_eq!(verdict("errors(rust-rest@10)>1%", &with_errors(clean, hundredth - 1)), GateVerdict::Held);
}

#[test]
fn what_may_not_be_used_or_was_not_made_breaks_a_gate() {
    let mut stored = held(3);
    for phase in ["p1", "p3"] {
        stored = with_invalid(stored, API, phase, "generator_cpu");
    }
    let place = |text: &str, stored: &StoredCampaign| {
        let mut result = judged(text, stored);
        assert_eq!((result.verdict, result.verdict.passes()), (GateVerdict::Unknown, false), "{text}");
        let place = result.places.remove(0);
        assert_eq!((place.value, place.judged_by), (None, None));
        place.text
    };
    let text = place("p99(rust-rest@100)>50s", &stored);
    assert!(text.contains("0 of 3 rounds can be used (generator cpu)"), "{text}");
    place("throughput(rust-rest@10)<1/s", &stored);
    assert!(place("errors(rust-rest@10)>0", &stored).contains("round 1 is ruled out: generator cpu"));
    // Another load of it, and another API, can be judged.
    assert_eq!(verdict("p99(rust-rest@50)>50s", &stored), GateVerdict::Held);

    stored.runs.retain(|made| made.run.api != API);
    assert!(place("p99(rust-rest@50)>50s", &stored).contains("no test run of it was made"));
    assert!(place("errors(rust-rest)>0", &stored).contains("round 1 was not made"));
    place("ratio(rust-rest,go-rest)<0.1", &stored);
    place("throughput(rust-rest)<1/s", &stored);

    let mut failed = held(3);
    failed.runs.iter_mut().find(|made| made.run.api == API).unwrap().run.status = RunStatus::Failed;
    assert!(place("p99(rust-rest@50)>50s", &failed).contains("2 of 3 rounds"));
    assert!(place("errors(rust-rest@50)>0", &failed).contains("round 1 failed"));
}

#[test]
fn errors_beyond_the_limit_break_it_whatever_else_is_wrong() {
    let stored = with_errors(with_invalid(held(1), API, "p1", "errors"), 500);
    assert_eq!(verdict("errors(rust-rest@10)>10", &stored), GateVerdict::Broken);
    // That there are errors is no reason not to count them.
    assert_eq!(verdict("errors(rust-rest@10)>1000", &stored), GateVerdict::Held);
    let other = with_errors(with_invalid(held(1), API, "p1", "generator_cpu"), 500);
    assert_eq!(verdict("errors(rust-rest@10)>10", &other), GateVerdict::Broken);
    assert_eq!(verdict("errors(rust-rest@10)>1000", &other), GateVerdict::Unknown);
}

#[test]
fn the_sentence_names_place_number_and_which_number_decided() {
    let stored = held(5);
    let text = |gate: &str| judged(gate, &stored).places.remove(0).text;
    insta::assert_snapshot!(
        "sentences",
        [
            "p99(rust-rest@100)>1ms",
            "p99(rust-rest@100)>50s",
            "throughput(rust-rest@50)<9000/s",
            "throughput(rust-rest)<900/s",
            "ratio(java-grpc,rust-rest)<0.95",
            "ratio(rust-grpc,rust-rest)<0.99",
            "errors(*)>0",
        ]
        .map(|gate| format!("{gate}\n  {}", text(gate)))
        .join("\n")
    );
}
