//! Stages: named pieces of work that run in order, each announced and timed.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use crate::fault::Fault;

/// One named piece of work.
pub(crate) struct Stage<'a> {
    /// What `--only` takes.
    pub(crate) name: String,
    /// What it proves, in a few words.
    pub(crate) about: String,
    work: Box<dyn Fn() -> Result<(), Fault> + 'a>,
}

impl<'a> Stage<'a> {
    /// A stage that does `work`.
    pub(crate) fn new(
        name: impl Into<String>,
        about: impl Into<String>,
        work: impl Fn() -> Result<(), Fault> + 'a,
    ) -> Self {
        Self { name: name.into(), about: about.into(), work: Box::new(work) }
    }
}

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

/// Keeps the stages that `only` names, in their own order, or all when it names none; without those
/// that `skip` names.
///
/// Errors: a name that is no stage; the text lists those that are.
pub(crate) fn select<'a>(
    stages: Vec<Stage<'a>>,
    only: &[String],
    skip: &[String],
) -> Result<Vec<Stage<'a>>, Fault> {
    let is_unknown = |name: &&String| !stages.iter().any(|stage| stage.name == **name);
    if let Some(unknown) = only.iter().chain(skip).find(is_unknown) {
        let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
        return Err(Fault::new(format!("there is no stage {unknown:?}"))
            .repair(format!("name one of {}", names.join(", "))));
    }
    let is_wanted =
        |stage: &Stage| (only.is_empty() || only.contains(&stage.name)) && !skip.contains(&stage.name);
    Ok(stages.into_iter().filter(is_wanted).collect())
}

/// Writes name and meaning of each stage.
///
/// Errors: `out` cannot be written.
pub(crate) fn list(stages: &[Stage], out: &mut dyn Write) -> Result<(), Fault> {
    let width = name_width(stages);
    stages
        .iter()
        .try_for_each(|stage| writeln!(out, "{:width$}  {}", stage.name, stage.about))
        .map_err(unwritable)
}

/// Runs the stages in order and ends with a table of their times; stops at the first that fails
/// unless `keep_going`. `command` is what runs them, for the repair.
///
/// Errors: names the stages that failed.
pub(crate) fn run(
    stages: &[Stage],
    (command, keep_going): (&str, bool),
    out: &mut dyn Write,
) -> Result<(), Fault> {
    let mut outcomes = vec![Outcome::NotRun; stages.len()];
    let mut failed = Vec::new();
    for (stage, outcome) in stages.iter().zip(&mut outcomes) {
        writeln!(out, "\n== {}: {}", stage.name, stage.about)
            .and_then(|()| out.flush())
            .map_err(unwritable)?;
        let begin = Instant::now();
        let result = (stage.work)();
        let time = begin.elapsed();
        let seconds = time.as_secs_f64();
        match result {
            Ok(()) => {
                *outcome = Outcome::Passed(time);
                writeln!(out, "== {} passed in {seconds:.1} s", stage.name).map_err(unwritable)?;
            }
            Err(fault) => {
                *outcome = Outcome::Failed(time);
                failed.push(stage.name.as_str());
                writeln!(out, "== {} FAILED after {seconds:.1} s\n{fault}", stage.name)
                    .map_err(unwritable)?;
                if !keep_going {
                    break;
                }
            }
        }
    }
    write_table(stages, &outcomes, out).map_err(unwritable)?;
    match failed.as_slice() {
        [] => Ok(()),
        names => Err(Fault::new(format!("failed: {}", names.join(", ")))
            .repair(format!("run it alone with `{command} --only {}`", names.join(" --only ")))),
    }
}

fn write_table(stages: &[Stage], outcomes: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    let width = name_width(stages);
    writeln!(out, "\n{:width$}  {:>8}  result", "stage", "time")?;
    let mut total = Duration::ZERO;
    for (stage, outcome) in stages.iter().zip(outcomes) {
        let (time, word) = match outcome {
            Outcome::Passed(time) => (Some(*time), "passed"),
            Outcome::Failed(time) => (Some(*time), "FAILED"),
            Outcome::NotRun => (None, "not run"),
        };
        total += time.unwrap_or_default();
        let time = time.map_or_else(String::new, |time| format!("{:.1} s", time.as_secs_f64()));
        writeln!(out, "{:width$}  {time:>8}  {word}", stage.name)?;
    }
    writeln!(out, "{:width$}  {:>8}", "total", format!("{:.1} s", total.as_secs_f64()))?;
    out.flush()
}

fn name_width(stages: &[Stage]) -> usize {
    stages.iter().map(|stage| stage.name.len()).max().unwrap_or(0).max("stage".len())
}

fn unwritable(error: io::Error) -> Fault {
    Fault::because("cannot write the results")(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn named<'a>(name: &'a str, ran: &'a RefCell<Vec<&'a str>>) -> Stage<'a> {
        Stage::new(name, "does a thing", move || {
            ran.borrow_mut().push(name);
            if name.starts_with("bad") { Err(Fault::new("it broke")) } else { Ok(()) }
        })
    }

    #[test]
    fn the_first_failure_ends_the_line_and_the_table_says_what_was_not_run() {
        let ran = RefCell::new(Vec::new());
        let stages = ["good", "bad", "later"].map(|name| named(name, &ran));
        let mut out = Vec::new();
        let fault = run(&stages, ("cargo xtask test", false), &mut out).unwrap_err();
        assert_eq!(*ran.borrow(), ["good", "bad"]);
        assert!(fault.to_string().starts_with("failed: bad\n"), "{fault}");
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("it broke"), "{text}");
        assert!(text.lines().any(|line| line.starts_with("later") && line.ends_with("not run")), "{text}");
        assert!(text.lines().any(|line| line.starts_with("bad") && line.ends_with("FAILED")), "{text}");
    }

    #[test]
    fn keep_going_runs_all_and_names_all_that_failed() {
        let ran = RefCell::new(Vec::new());
        let stages = ["bad-1", "good", "bad-2"].map(|name| named(name, &ran));
        let fault = run(&stages, ("cargo xtask test", true), &mut Vec::new()).unwrap_err();
        assert_eq!(*ran.borrow(), ["bad-1", "good", "bad-2"]);
        assert!(fault.to_string().starts_with("failed: bad-1, bad-2\n"), "{fault}");
    }

    #[test]
    fn only_and_skip_keep_the_order_of_the_line_and_refuse_what_is_no_stage() {
        let ran = RefCell::new(Vec::new());
        let stages = || ["a", "b", "c"].map(|name| named(name, &ran)).into();
        let kept = |only: &[&str], skip: &[&str]| {
            let [only, skip]: [Vec<String>; 2] =
                [only, skip].map(|names| names.iter().map(|&name| name.to_owned()).collect());
            let kept = select(stages(), &only, &skip)?;
            Ok::<_, Fault>(kept.into_iter().map(|stage| stage.name).collect::<Vec<_>>())
        };
        assert_eq!(kept(&["c", "a"], &[]).unwrap(), ["a", "c"]);
        assert_eq!(kept(&[], &["b"]).unwrap(), ["a", "c"]);
        assert_eq!(kept(&["c", "a"], &["c"]).unwrap(), ["a"]);
        for fault in [kept(&["d"], &[]), kept(&[], &["d"])].map(Result::unwrap_err) {
            assert_eq!(fault.to_string(), "there is no stage \"d\"\nrepair: name one of a, b, c");
        }
    }
}
