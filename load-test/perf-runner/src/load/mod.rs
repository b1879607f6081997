//! Writes the generator's inputs for one test run, reads its outputs, gives its
//! exit code a meaning.
//!
//! Files in the folder of a test run:
//!
//! | File | Written by | Holds |
//! |---|---|---|
//! | `load-plan.json` | runner | [`LoadPlan`]: target, phases, times, k6's options |
//! | `templates.json` | runner | every [`EventTemplate`] with its attributes: the record of what was sent |
//! | `events.json` | runner | what the script needs of them: REST `[{kind, before, after}]`, gRPC `[{kind, message}]` |
//! | `k6.json` | runner | an empty k6 configuration, so that no file of the user's has a say |
//! | `summary.json` | generator | [`GeneratorSummary`]: counts and exact quantiles per phase |
//! | `windows.jsonl` | generator | its stream, one [`StreamLine`] a line: counters and histograms per phase and second |
//! | `unacknowledged.jsonl` | generator | one [`Unacknowledged`] a line, at most 10,000 over all VUs; `why` may say in words why there was no answer |
//!
//! An entity's id is `<kind>-<tag>-<vu>-<call>`: the template's kind, the run's
//! tag, the VU from 1 in five digits, and the VU's own count of calls from 0 in nine, going on
//! from phase to phase. Call `c` of VU `v` sends template `(v + c) % templates`.
//!
//! Whatever stands in for k6 reads `load-plan.json` and `templates.json` and
//! writes `summary.json`, `windows.jsonl` and `unacknowledged.jsonl`.
//!
//! [`LoadPlan`]: crate::model::LoadPlan
//! [`EventTemplate`]: crate::model::EventTemplate
//! [`GeneratorSummary`]: crate::model::GeneratorSummary
//! [`StreamLine`]: crate::model::StreamLine
//! [`Unacknowledged`]: crate::model::Unacknowledged

mod agreement;
mod attributes;
mod exit;
mod faults;
mod job;
mod options;
mod outputs;
mod templates;
mod windows;

pub use agreement::differences;
pub use exit::meaning;
pub use job::{LoadOf, LoadPaths, make_folder, prepare};
pub use outputs::read;
pub use templates::make as make_templates;
pub use windows::{Tail, so_far};
