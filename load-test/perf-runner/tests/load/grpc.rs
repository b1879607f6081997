use std::{collections::BTreeSet, sync::atomic::Ordering};

use perf_runner::{
    model::{PayloadSize, Protocol},
    wire::message,
};
use prost::Message as _;

use crate::{
    expectation::{
        Treatment::{self, Acknowledge, Close, CloseMidway, Hang, Refuse, RefuseField, RefuseOddly},
        template_of,
    },
    generator::{Wanted, nobody, play},
    grpc_stand_in::GrpcStandIn,
};

fn kind_of(treatment: Treatment) -> Option<&'static str> {
    match treatment {
        Refuse => Some("unavailable"),
        RefuseField => Some("invalid_event"),
        RefuseOddly => Some("grpc_15"),
        Acknowledge | Hang | Close | CloseMidway => None,
    }
}

#[tokio::test]
async fn a_service_that_acknowledges_everything_is_counted_call_by_call() {
    let service = GrpcStandIn::start([Acknowledge]).await;
    let played = play(Wanted::small(service.endpoint.clone(), 50)).await;
    service.ledger.assert_equals(&played.load, kind_of);
    let phase = &played.load.phases[0];
    assert_eq!((phase.acknowledged, phase.dropped), (100, 0));
    for clock in [&phase.request, &phase.iteration] {
        let clock = clock.as_ref().unwrap();
        assert_eq!(clock.count, 100);
        assert!(clock.min_ms > 0.0 && clock.min_ms <= clock.p50_ms && clock.p99_ms <= clock.max_ms);
    }
    assert!(phase.sent_bytes > 100 * 300 && phase.received_bytes > 0);
}

#[tokio::test]
async fn each_vu_connects_once() {
    let service = GrpcStandIn::start([Acknowledge, Refuse]).await;
    let played = play(Wanted::small(service.endpoint.clone(), 30)).await;
    assert_eq!(service.connections.load(Ordering::SeqCst), 2);
    assert_eq!(played.load.phases[0].connections_opened, Some(2));
}

#[tokio::test]
async fn messages_carry_the_same_event_as_a_body_and_have_the_size_that_was_told() {
    for payload in [PayloadSize::Default, PayloadSize::K64] {
        let service = GrpcStandIn::start([Acknowledge]).await;
        let played = play(Wanted { payload, ..Wanted::small(service.endpoint.clone(), 10) }).await;
        let messages = service.messages.lock().unwrap().clone();
        assert_eq!(messages.len(), 20);
        let mut kinds = BTreeSet::new();
        for message in messages {
            let id = message.event_body.as_ref().unwrap().entities[0].entity_id.clone();
            let template = template_of(&played.templates, &id);
            let body = format!("{}{id}{}", template.body_before_id, template.body_after_id);
            let event = serde_json::from_str(&body).unwrap();
            assert_eq!(message, message::from_json(&event).unwrap());
            assert_eq!(message.encoded_len(), template.message_bytes);
            kinds.insert(template.kind.clone());
        }
        assert_eq!(kinds.len(), played.templates.len(), "not every kind was sent");
    }
}

/// `UNAVAILABLE` is both the service's own fault and the client library's word for
/// a connection that broke.
#[tokio::test]
async fn faults_timeouts_and_broken_connections_are_told_apart() {
    let service =
        GrpcStandIn::start([Acknowledge, Refuse, Acknowledge, RefuseField, RefuseOddly, Hang, Close]).await;
    let played = play(Wanted::unanswered(service.endpoint.clone(), 14)).await;
    service.ledger.assert_equals(&played.load, kind_of);
    assert_eq!(played.load.phases[0].unknown, 8);
}

#[tokio::test]
async fn a_service_that_is_not_there_answers_nothing() {
    let (_socket, endpoint) = nobody(Protocol::Grpc);
    let played = play(Wanted::small(endpoint, 4)).await;
    let phase = &played.load.phases[0];
    assert_eq!((phase.unknown, phase.unaccounted(), phase.connections_opened), (8, 0, Some(0)));
    assert!(phase.request.is_none());
    assert_eq!(played.load.unacknowledged.len(), 8);
}
