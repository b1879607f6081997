use std::{collections::BTreeSet, sync::atomic::Ordering};

use nix::sys::signal::Signal;
use perf_runner::model::{PayloadSize, Protocol, Updates};

use crate::{
    expectation::{
        Treatment::{self, Acknowledge, Close, CloseMidway, Hang, Refuse, RefuseField, RefuseOddly},
        template_of,
    },
    generator::{Wanted, nobody, phase, play, play_until},
    rest_stand_in::RestStandIn,
};

fn kind_of(treatment: Treatment) -> Option<&'static str> {
    match treatment {
        Refuse => Some("unavailable"),
        RefuseField => Some("invalid_event"),
        RefuseOddly => Some("http_502"),
        Acknowledge | Hang | Close | CloseMidway => None,
    }
}

#[tokio::test]
async fn a_service_that_acknowledges_everything_is_counted_call_by_call() {
    let service = RestStandIn::start([Acknowledge]).await;
    let played = play(Wanted::small(service.endpoint.clone(), 50)).await;
    service.ledger.assert_equals(&played.load, kind_of);
    let phase = &played.load.phases[0];
    assert_eq!((phase.acknowledged, phase.dropped), (100, 0));
    for clock in [&phase.request, &phase.iteration] {
        let clock = clock.as_ref().unwrap();
        assert_eq!(clock.count, 100);
        assert!(clock.min_ms > 0.0 && clock.min_ms <= clock.p50_ms && clock.p99_ms <= clock.max_ms);
    }
    assert!(phase.sent_bytes > 100 * 400 && phase.received_bytes > 0);
    assert!(played.load.phase_ms["p1"] > 0.0);
}

#[tokio::test]
async fn each_vu_keeps_one_connection() {
    let service = RestStandIn::start([Acknowledge, Refuse]).await;
    let played = play(Wanted::small(service.endpoint.clone(), 30)).await;
    assert_eq!(service.connections.load(Ordering::SeqCst), 2);
    assert_eq!(played.load.phases[0].connections_opened, Some(2));
}

#[tokio::test]
async fn bodies_are_the_templates_with_an_id_and_of_one_size() {
    for payload in [PayloadSize::Default, PayloadSize::K64] {
        let service = RestStandIn::start([Acknowledge]).await;
        let played = play(Wanted { payload, ..Wanted::small(service.endpoint.clone(), 10) }).await;
        let bodies = service.bodies.lock().unwrap().clone();
        for (body, (id, _)) in bodies.iter().zip(service.ledger.seen()) {
            let template = template_of(&played.templates, &id);
            assert_eq!(*body, format!("{}{id}{}", template.body_before_id, template.body_after_id));
            assert_eq!(body.len(), payload.body_bytes());
        }
        let kinds: BTreeSet<_> = service
            .ledger
            .seen()
            .into_iter()
            .map(|(id, _)| id.split('-').next().unwrap().to_owned())
            .collect();
        assert_eq!(kinds.len(), played.templates.len(), "not every kind was sent");
    }
}

#[tokio::test]
async fn a_share_of_the_events_repeats_entities_that_are_there() {
    let service = RestStandIn::start([Acknowledge, Acknowledge, Acknowledge, Refuse]).await;
    let wanted = Wanted::small(service.endpoint.clone(), 200);
    let played = play(Wanted { update_share: 0.25, ..wanted }).await;
    assert_eq!(played.load.phases[0].acknowledged, 300);
    let (mut there, mut updates) = (BTreeSet::new(), Updates::default());
    for (body, (id, treatment)) in service.bodies.lock().unwrap().iter().zip(service.ledger.seen()) {
        let template = template_of(&played.templates, &id);
        assert_eq!(*body, format!("{}{id}{}", template.body_before_id, template.body_after_id));
        match (there.contains(&id), treatment) {
            (true, Acknowledge) => updates.acknowledged += 1,
            (true, _) => updates.failed += 1,
            (false, Acknowledge) => drop(there.insert(id)),
            (false, _) => {}
        }
    }
    assert_eq!(played.load.phases[0].updates, updates);
    let all = updates.acknowledged + updates.failed;
    assert!((95..=100).contains(&all), "a quarter of 400 calls, but none before the first entity: {all}");
    // Of refused updates nobody needs the id: the entity is there.
    let named: BTreeSet<&String> = played.load.unacknowledged.iter().map(|event| &event.entity_id).collect();
    assert!(played.load.unacknowledged_complete && named.iter().all(|id| !there.contains(*id)));
}

#[tokio::test]
async fn faults_timeouts_and_broken_connections_are_told_apart() {
    let service = RestStandIn::start([
        Acknowledge,
        Refuse,
        Acknowledge,
        RefuseField,
        RefuseOddly,
        Hang,
        Acknowledge,
        Close,
        CloseMidway,
    ])
    .await;
    let played = play(Wanted::unanswered(service.endpoint.clone(), 18)).await;
    service.ledger.assert_equals(&played.load, kind_of);
    assert_eq!(played.load.phases[0].unknown, 12);
}

#[tokio::test]
async fn numbers_are_kept_apart_by_phase_and_ids_never_come_back() {
    let service = RestStandIn::start([Acknowledge]).await;
    let mut wanted = Wanted::small(service.endpoint.clone(), 3);
    wanted.phases = vec![phase("p1", 1, 3), phase("p2", 2, 4)];
    wanted.phases[1].start_ms = 1_500;
    let played = play(wanted).await;
    service.ledger.assert_equals(&played.load, kind_of);
    let iterations: Vec<u64> = played.load.phases.iter().map(|phase| phase.iterations).collect();
    assert_eq!(iterations, [3, 8]);
}

#[tokio::test]
async fn a_service_that_is_not_there_answers_nothing() {
    let (_socket, endpoint) = nobody(Protocol::Rest);
    let played = play(Wanted::small(endpoint, 4)).await;
    let phase = &played.load.phases[0];
    assert_eq!((phase.unknown, phase.unaccounted(), phase.connections_opened), (8, 0, Some(0)));
    assert_eq!(played.load.unacknowledged.len(), 8);
}

/// Ctrl-C: what was answered counts, and the call under way may or may not be stored.
#[tokio::test]
async fn an_interrupted_generator_still_gives_its_numbers() {
    let service = RestStandIn::start([Acknowledge, Refuse, Acknowledge, Hang]).await;
    let mut wanted = Wanted { request_timeout_ms: 60_000, ..Wanted::small(service.endpoint.clone(), 100) };
    wanted.phases = vec![phase("p1", 1, 100), phase("p2", 1, 1)];
    wanted.phases[1].start_ms = 50_000;
    let load = play_until(wanted, Signal::SIGINT, 4, &service.ledger).await.unwrap();
    assert_eq!((load.exit.code, load.exit.text.as_str()), (Some(105), "the user interrupted it"));
    let [first, second] = load.phases.as_slice() else { panic!("not two phases") };
    assert_eq!((first.attempts, first.acknowledged, first.unknown), (4, 2, 1));
    assert_eq!(first.iterations, 3);
    assert_eq!(first.unaccounted(), -1);
    assert!(!load.unacknowledged_complete);
    assert_eq!((second.attempts, second.iterations), (0, 0));
    assert_eq!((&second.request, &second.iteration), (&None, &None));
}

#[tokio::test]
async fn a_killed_generator_gives_none() {
    let service = RestStandIn::start([Acknowledge, Hang]).await;
    let wanted = Wanted::small(service.endpoint.clone(), 100);
    let fault = play_until(wanted, Signal::SIGKILL, 2, &service.ledger).await.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "k6 gave no usable numbers: it was ended by SIGKILL, and it wrote no summary"
    );
}
