//! What every number of the report means and how it was obtained.

use super::{Named, named};
use crate::model::Mode;

pub(super) fn entries(mode: Mode) -> Vec<Named> {
    let purpose = match mode {
        Mode::Smoke => (
            "Smoke",
            "A campaign that proves the path: every API is started, called, stopped and audited. Its samples \
             are few and its first call is made to a cold service, so its times describe these calls and \
             nothing else.",
        ),
        Mode::Full => (
            "Full",
            "Held loads one after another, each with a number of virtual users that stays the same; what is \
             within a phase's window counts.",
        ),
        Mode::Saturation => (
            "Saturation",
            "Held loads one after another up to far more virtual users than an API can serve without delay, to \
             find at which of them it stops to keep up.",
        ),
    };
    let held: &[(&str, &str)] = if mode == Mode::Smoke { &[] } else { &HELD };
    [purpose].iter().chain(held).chain(&ENTRIES).map(|(name, text)| named(name, text)).collect()
}

/// What is done with held loads only.
const HELD: [(&str, &str); 8] = [
    (
        "Sustained throughput",
        "Acknowledged events per second of the window, at the load at which their mean over rounds is highest. Loads \
         that a check ruled out do not count, and the luckiest round decides nothing.",
    ),
    (
        "Differences",
        "The round is what is repeated, not the call. Each metric is taken once per API and round; on their \
         logarithms stands a model of API + round. A difference is claimed when Tukey's simultaneous 95 % interval of \
         all pairs and the plain paired 95 % t interval both exclude 1, and the ratio is beyond 2 %. The interval \
         shown is the wider of the two. Bars of one API are 95 % t intervals over its rounds.",
    ),
    (
        "Rounds",
        "Every API once in each, in an order drawn anew, on an emptied database. One round permits no comparison, \
         two permit values side by side, five are what a comparison should have.",
    ),
    (
        "Client limit",
        "Users / (R0 + pause), with R0 the mean call at the smallest load: more the users cannot ask for. Above 90 % \
         of it the number is the client's, and a lower bound of what the API can do.",
    ),
    (
        "Where throughput stops to grow",
        "N* = Xmax (R0 + pause), between the tested loads around it. It is confirmed when, beyond it, the p99 is more \
         than twice that of the smallest load and more users bring less than a fifth of what they would in proportion.",
    ),
    (
        "Host-bound",
        "Generator, service and database share the host's processors. Where these were more than 90 % busy in most \
         rounds, the host set the number.",
    ),
    (
        "Processor time",
        "From counters of the operating system over the window, of the service with all its children, divided by the \
         acknowledged events; never from sampled percentages.",
    ),
    (
        "Errors that were not seen",
        "None of n calls does not mean that there are none: the share in brackets is the 95 % upper bound 3 / n.",
    ),
];

const ENTRIES: [(&str, &str); 16] = [
    (
        "Test run",
        "One API with one payload size in one round, alone on the host: the table is cleared, the service is \
         started, one event is proven to arrive, the table is cleared again, the load is made, the service is \
         stopped, and what is stored is audited. Each step's time is shown.",
    ),
    (
        "Iteration",
        "One pass of a virtual user: exactly one call, then the pause. Every event is one call and names one \
         entity.",
    ),
    ("Acknowledged", "Events answered with success. An acknowledged event must be stored."),
    (
        "Failed",
        "Events answered with a fault, by kind. The kind is the fault that the answer named; where it named none, \
         the status code of the wire.",
    ),
    (
        "Unknown",
        "Events without an answer, by a timeout or a broken connection. Each may or may not be stored. As a verdict, \
         unknown means that a check could not be made; it never counts as passed.",
    ),
    ("Dropped", "Iterations that the load generator should have started and did not."),
    (
        "Stored, lost, unexpected",
        "Read back from the database after the service has stopped. Entity ids are known beforehand, so every row \
         is held against what was sent: stored rows are those this test run can have sent; lost events were \
         acknowledged and have no row; unexpected rows were never sent, or their event was refused.",
    ),
    ("Content", "Every stored row's attributes are compared with what was sent, as JSON values."),
    (
        "Upserts and rows per event",
        "Counted by the database itself (pg_stat_statements) and divided by the acknowledged events. The contract \
         asks for exactly one statement that touches one row; events without an answer are allowed for.",
    ),
    (
        "Request clock",
        "The load generator's own timing of a call. It is started by different code for REST and gRPC (the second \
         includes marshalling), so it must not be compared across the two.",
    ),
    (
        "Iteration clock",
        "One iteration less its pause, taken by the same code for both wires, with the payload ready beforehand. \
         It includes what the generator itself spends on a call.",
    ),
    (
        "Percentiles",
        "Read from all samples of a phase, never averaged. A percentile p is shown only when at least 10 / (1 - p) \
         samples were taken: 20 for the median, 100 for p90, 200 for p95, 1,000 for p99. Minimum, mean and maximum \
         are always shown.",
    ),
    ("Start-up", "From the start of the service's process to its first healthy answer over its own wire."),
    (
        "Idle memory",
        "Resident memory of the service when it became ready, before any load. Pages shared with others are \
         included.",
    ),
    (
        "Payload on the wire",
        "Mean bytes of one event without framing: the JSON body for REST, the encoded message for gRPC. Both carry \
         the same event.",
    ),
    (
        "Checks",
        "Each holds a value against a limit and is ok, warn, unknown or invalid. The limits stand beside the \
         verdicts, with the version of their table.",
    ),
];
