use std::collections::BTreeMap;

use super::*;
use crate::{
    model::{Audit, ExitMeaning, FailureKind, PhaseFigures, ResourceSample, Samples, ServiceEnd},
    sample,
};

/// Figures of a phase with these outcomes, one iteration each.
fn figures(acknowledged: u64, failed: u64, unknown: u64) -> PhaseFigures {
    PhaseFigures {
        iterations: acknowledged + failed + unknown,
        acknowledged,
        failed: BTreeMap::from([(FailureKind("unavailable".to_owned()), failed)]),
        unknown,
        ..sample::normal().runs[0].run.phases[0].clone()
    }
}

fn audit(change: impl FnOnce(&mut Audit)) -> Audit {
    let mut audit = sample::normal().runs[0].run.audit.clone().unwrap();
    change(&mut audit);
    audit
}

#[test]
fn iterations_must_have_one_outcome_each() {
    let verdict = |iterations| {
        let figures = PhaseFigures { iterations, ..figures(7, 2, 1) };
        phase::counts_agree(Some(&figures)).verdict
    };
    assert_eq!(verdict(9), Verdict::Warn, "a call was cut short");
    assert_eq!(verdict(10), Verdict::Ok);
    assert_eq!(verdict(11), Verdict::Invalid, "a call was not counted");
    assert_eq!(phase::counts_agree(None).verdict, Verdict::Unknown);
}

#[test]
fn errors_warn_above_none_and_invalidate_above_one_percent() {
    let verdict = |failed| phase::errors(Some(&figures(1000 - failed, failed, 0))).verdict;
    assert_eq!([0, 1, 10, 11].map(verdict), [Verdict::Ok, Verdict::Warn, Verdict::Warn, Verdict::Invalid]);
    assert_eq!(phase::errors(Some(&figures(0, 0, 0))).verdict, Verdict::Unknown, "nothing to measure by");
    assert_eq!(phase::errors(None).verdict, Verdict::Unknown);
}

#[test]
fn unanswered_events_warn_above_none_and_invalidate_above_one_percent() {
    let verdict = |unknown| phase::unanswered(Some(&figures(1000 - unknown, 0, unknown))).verdict;
    assert_eq!([0, 1, 10, 11].map(verdict), [Verdict::Ok, Verdict::Warn, Verdict::Warn, Verdict::Invalid]);
    assert_eq!(phase::unanswered(None).verdict, Verdict::Unknown);
}

#[test]
fn dropped_iterations_warn_above_none_and_invalidate_above_one_percent() {
    let verdict = |dropped: u64| {
        let figures = PhaseFigures { dropped: Some(dropped), ..figures(1000 - dropped, 0, 0) };
        phase::dropped(Some(&figures)).verdict
    };
    assert_eq!([0, 1, 10, 11].map(verdict), [Verdict::Ok, Verdict::Warn, Verdict::Warn, Verdict::Invalid]);
    let uncounted = PhaseFigures { dropped: None, ..figures(5, 0, 0) };
    assert_eq!(phase::dropped(Some(&uncounted)).verdict, Verdict::Unknown);
}

#[test]
fn any_wrong_row_is_invalid() {
    let good = audit(|_| {});
    for check in &audit::CHECKS[..3] {
        assert_eq!(check(Some(&good)).verdict, Verdict::Ok);
        assert_eq!(check(None).verdict, Verdict::Unknown);
    }
    let verdict = |check: usize, audit: &Audit| audit::CHECKS[check](Some(audit)).verdict;
    assert_eq!(verdict(0, &audit(|audit| audit.lost = 1)), Verdict::Invalid);
    assert_eq!(verdict(1, &audit(|audit| audit.unexpected = 1)), Verdict::Invalid);
    assert_eq!(verdict(1, &audit(|audit| audit.duplicated = 1)), Verdict::Invalid);
    assert_eq!(verdict(2, &audit(|audit| audit.content_differs = 1)), Verdict::Invalid);
}

#[test]
fn statements_rows_and_transactions_per_event_must_be_one() {
    let verdict = |value| {
        let audit = audit(|audit| {
            (audit.statements_per_event, audit.rows_per_event) = (value, value);
            audit.transactions_per_event = value;
        });
        let found = [audit::statements_per_event, audit::rows_per_event, audit::transactions_per_event];
        let verdicts = found.map(|check| check(Some(&audit)).verdict);
        assert_eq!(verdicts, [verdicts[0]; 3]);
        verdicts[0]
    };
    assert_eq!(verdict(Some(1.0)), Verdict::Ok);
    assert_eq!(verdict(Some(0.8)), Verdict::Invalid);
    assert_eq!(verdict(Some(1.2)), Verdict::Invalid);
    assert_eq!(verdict(None), Verdict::Unknown);
    assert_eq!(audit::statements_per_event(None).verdict, Verdict::Unknown);
}

#[test]
fn events_without_an_answer_may_have_been_done() {
    let verdict = |calls: f64| {
        let audit = audit(|audit| {
            (audit.acknowledged, audit.unknown) = (10, 2);
            audit.statements_per_event = Some(calls / 10.0);
        });
        audit::statements_per_event(Some(&audit)).verdict
    };
    assert_eq!(verdict(9.0), Verdict::Invalid);
    assert_eq!([10.0, 11.0, 12.0].map(verdict), [Verdict::Ok; 3]);
    assert_eq!(verdict(13.0), Verdict::Invalid);
}

#[test]
fn the_generator_must_end_well() {
    let verdict =
        |code, usable| ends::generator(Some(&ExitMeaning { code, text: "ended".to_owned(), usable })).verdict;
    assert_eq!(verdict(Some(0), true), Verdict::Ok);
    assert_eq!(verdict(Some(105), true), Verdict::Warn);
    assert_eq!(verdict(Some(107), false), Verdict::Invalid);
    assert_eq!(verdict(None, false), Verdict::Invalid);
    assert_eq!(ends::generator(None).verdict, Verdict::Unknown);
}

#[test]
fn a_process_that_was_ended_for_want_of_memory_is_told() {
    let verdict = |kills: [f64; 2], early: bool| {
        let mut run = sample::normal().runs[0].run.clone();
        run.service.as_mut().unwrap().early = early;
        let resources = kills.map(|kills| ResourceSample {
            pressure: Some(BTreeMap::from([("oom_kills".to_owned(), kills)])),
            ..sample::resource(Target::Host, 0, sample::noon())
        });
        run.samples = Some(Samples { resources: resources.to_vec(), ..Samples::default() });
        ends::out_of_memory(&run).map(|finding| finding.verdict)
    };
    assert_eq!(verdict([3.0, 3.0], true), Some(Verdict::Ok));
    assert_eq!(verdict([3.0, 4.0], false), Some(Verdict::Warn));
    assert_eq!(verdict([3.0, 4.0], true), Some(Verdict::Invalid));
    assert!(ends::out_of_memory(&sample::normal().runs[0].run).is_none(), "nothing was sampled");
}

#[test]
fn the_service_must_stop_when_asked_and_not_before() {
    let end = ServiceEnd { code: Some(0), signal: None, early: false, killed: false, log_tail: vec![] };
    let verdict = |end: &ServiceEnd| ends::service(Some(end)).verdict;
    assert_eq!(verdict(&end), Verdict::Ok);
    assert_eq!(verdict(&ServiceEnd { code: Some(1), ..end.clone() }), Verdict::Warn);
    assert_eq!(
        verdict(&ServiceEnd { code: None, signal: Some(9), killed: true, ..end.clone() }),
        Verdict::Warn
    );
    assert_eq!(verdict(&ServiceEnd { early: true, ..end.clone() }), Verdict::Invalid);
    assert_eq!(ends::service(None).verdict, Verdict::Unknown);
}

#[test]
fn a_run_that_went_well_passes_every_check() {
    let run = &sample::normal().runs[0].run;
    let checks = of_run(run, &sample::normal().campaign);
    assert_eq!(checks.len(), 13);
    for check in &checks {
        assert_eq!((check.verdict, check.limits_version), (Verdict::Ok, limits::VERSION), "{check:?}");
    }
}

#[test]
fn a_run_that_failed_early_passes_none() {
    let run = &sample::one_failed().runs[1].run;
    assert!(
        of_run(run, &sample::one_failed().campaign).iter().all(|check| check.verdict >= Verdict::Unknown)
    );
}

/// The words of every check, as readers meet them.
#[test]
fn words() {
    let mut run = sample::normal().runs[0].run.clone();
    run.phases[0] = PhaseFigures { dropped: Some(3), ..figures(96, 3, 1) };
    run.audit = Some(audit(|audit| {
        (audit.acknowledged, audit.unknown, audit.stored, audit.lost) = (96, 1, 95, 1);
        (audit.unexpected, audit.content_differs) = (2, 1);
        (audit.statements_per_event, audit.rows_per_event) = (Some(2.0), None);
    }));
    run.service.as_mut().unwrap().early = true;
    let lines: Vec<String> = of_run(&run, &sample::normal().campaign)
        .iter()
        .map(|check| {
            format!("{:<8} {}: {} [{}]", check.verdict.to_string(), check.id, check.text, check.limit)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
