//! The routes of the contract and what each answers.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use producer_core::fault::{Fault, FaultKind};
use producer_core::ingest::Ingest;
use serde::Serialize;
use uuid::Uuid;

use super::body::{self, Limit};
use super::{json, problem};

const ACCEPTED: &str = r#"{"success":true,"message":"Event processed successfully"}"#;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub(super) fn router(ingest: Ingest) -> Router {
    Router::new()
        .route("/api/v1/events", post(post_event))
        .route("/api/v1/events/bulk", post(post_events))
        .route("/api/v1/events/health", get(get_health))
        .fallback(|| async { problem::response(&Fault::new(FaultKind::NotFound, "There is nothing here")) })
        .method_not_allowed_fallback(|| async {
            problem::response(&Fault::new(FaultKind::MethodNotAllowed, "The Allow header names the methods"))
        })
        .with_state(ingest)
}

async fn post_event(State(ingest): State<Ingest>, request: Request) -> Response {
    let accept = async {
        let body = body::read(request, Limit::EVENT).await?;
        ingest.accept(json::event(&body)?).await
    };
    match accept.await {
        Ok(()) => ([(header::CONTENT_TYPE, JSON)], ACCEPTED).into_response(),
        Err(fault) => problem::response(&fault),
    }
}

async fn post_events(State(ingest): State<Ingest>, request: Request) -> Response {
    let accept = async {
        let body = body::read(request, Limit::LIST).await?;
        // From here on, so that a slow client does not count as slow processing.
        let begin = Instant::now();
        let outcomes = ingest.accept_all(json::events(&body)?).await?;
        log_failed(&outcomes);
        Ok(ListReply::new(&outcomes, begin))
    };
    match accept.await {
        Ok(reply) => Json(reply).into_response(),
        Err(fault) => problem::response(&fault),
    }
}

/// Logs one fault in full, ours before a caller's, and the others as a number: a list that loses its
/// database would else write a thousand lines.
fn log_failed(outcomes: &[Result<(), Fault>]) {
    let failed: Vec<&Fault> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    let ours = failed.iter().find(|fault| !fault.kind.is_callers());
    if let Some(shown) = ours.or(failed.first()) {
        shown.log_of_events(failed.len());
    }
}

async fn get_health(State(ingest): State<Ingest>) -> Response {
    match ingest.check_ready().await {
        Ok(()) => Json(Health { status: "healthy", message: "Ready to take events" }).into_response(),
        Err(fault) => problem::response(&fault),
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    message: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListReply {
    success: bool,
    message: String,
    processed_count: usize,
    failed_count: usize,
    batch_id: Uuid,
    processing_time_ms: f64,
    errors: Vec<FailedElement>,
}

#[derive(Serialize)]
struct FailedElement {
    index: usize,
    fault: &'static str,
    detail: String,
}

impl ListReply {
    fn new(outcomes: &[Result<(), Fault>], begin: Instant) -> Self {
        let errors: Vec<FailedElement> = outcomes
            .iter()
            .enumerate()
            .filter_map(|(index, outcome)| {
                let fault = outcome.as_ref().err()?;
                let detail = problem::detail_with_fields(fault);
                Some(FailedElement { index, fault: fault.kind.name(), detail })
            })
            .collect();
        let processed_count = outcomes.len() - errors.len();
        Self {
            success: errors.is_empty(),
            message: format!("{processed_count} of {} events processed", outcomes.len()),
            processed_count,
            failed_count: errors.len(),
            batch_id: Uuid::new_v4(),
            processing_time_ms: begin.elapsed().as_secs_f64() * 1000.0,
            errors,
        }
    }
}
