//! Events in words, the same for a terminal and a log.

use super::Event;

/// `12.3 s`, `850 ms`.
pub(super) fn duration(ms: f64) -> String {
    if ms >= 1000.0 { format!("{:.1} s", ms / 1000.0) } else { format!("{ms:.0} ms") }
}

/// One line for an event that deserves a line of its own; none for the others.
pub(super) fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::WorkBegan { what } => format!("{what} ..."),
        Event::WorkEnded { what, took_ms } => format!("{what}: done in {}", duration(*took_ms)),
        Event::WorkFailed { what } => format!("{what}: failed"),
        Event::RunBegan { number, of, api, .. } => format!("test run {number}/{of}: {api}"),
        Event::WorkProgress { .. } | Event::StepBegan { .. } => return None,
        Event::StepEnded { step, took_ms } => format!("  {step}: {}", duration(*took_ms)),
        Event::RunEnded { status, summary, .. } => format!("  {status}: {summary}"),
        Event::Warning { text } => format!("warning: {text}"),
        Event::Note { text } => text.clone(),
    })
}
