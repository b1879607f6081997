//! C1 to C8: what each shows, what it says in words, and the same as a table.

mod course;
mod latency;
mod throughput;

use super::{ChartView, Table, source::Source};
use crate::report::chart::Heading;

/// Those that have something to show, in the order of the page.
pub(super) fn all(source: &Source<'_>) -> Vec<ChartView> {
    [
        throughput::peak(source),
        throughput::pairs(source),
        throughput::scaling(source),
        latency::trade(source),
        latency::tail(source),
        course::time(source),
        course::resources(source),
        course::rounds(source),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What stands around a drawing.
struct Frame {
    id: &'static str,
    title: &'static str,
    question: &'static str,
    reading: String,
}

fn chart(
    source: &Source<'_>,
    frame: Frame,
    table: Table,
    draw: impl FnOnce(&Heading) -> String,
) -> ChartView {
    let id = source.chart(frame.id);
    let heading = Heading { id: id.clone(), title: frame.title.to_owned(), reading: frame.reading.clone() };
    ChartView {
        svg: draw(&heading),
        id,
        title: frame.title.to_owned(),
        question: frame.question.to_owned(),
        reading: frame.reading,
        table,
    }
}
