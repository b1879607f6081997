//! Reads the files of cases and refuses what makes no sense.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_saphyr::Spanned;

use super::{Case, Expect, RowAfter, Send, Step, WrittenCase, WrittenFile};
use crate::{fault::Fault, model::Protocol};

/// Reads all cases of a folder, in the order of file names and lines.
///
/// # Errors
/// Names file, line and key of what cannot be understood, and a case's name where
/// what it says cannot be done. Two cases of one name are refused too.
pub fn load(folder: &Path) -> Result<Vec<Case>, Fault> {
    let unreadable = |source: std::io::Error| {
        Fault::failed(format!("cannot read the cases in {}", folder.display())).cause(source)
    };
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        files.push(entry.map_err(unreadable)?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let mut cases: Vec<Case> = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)
            .map_err(|source| Fault::failed(format!("cannot read {}", file.display())).cause(source))?;
        cases.extend(parse(&file, &text)?);
    }
    if cases.is_empty() {
        return Err(Fault::failed(format!("there are no cases in {}", folder.display()))
            .repair("a file of cases ends in .yaml; contract/cases/README.md describes it"));
    }
    refuse_equal_names(&cases)?;
    Ok(cases)
}

/// Reads one file of cases.
pub(super) fn parse(file: &Path, text: &str) -> Result<Vec<Case>, Fault> {
    // A text such as `n` or `yes` is a text: YAML 1.2 has two booleans.
    let options = serde_saphyr::options! { strict_booleans: true };
    let written: WrittenFile = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map(|at| format!(":{}:{}", at.line(), at.column())).unwrap_or_default();
        let fault = Fault::failed(format!("{}{place}: {}", file.display(), first_line(&error)));
        fault.repair("the format is described in contract/cases/README.md")
    })?;
    if written.topic.trim().is_empty() {
        return Err(refused(file, 1, "`topic` is empty"));
    }
    written.cases.into_iter().map(|case| understood(file, case)).collect()
}

fn understood(file: &Path, case: Spanned<WrittenCase>) -> Result<Case, Fault> {
    let line = case.referenced.line();
    let WrittenCase { name, wires, given, steps, rows } = case.value;
    let refuse = |text: &str| Err(refused(file, line, &format!("case `{name}`: {text}")));
    if steps.is_empty() {
        return refuse("`steps` is empty");
    }
    let possible = possible_wires(&steps);
    let wires = wires.unwrap_or_else(|| possible.clone());
    if wires.is_empty() {
        return refuse("its steps are for different wires");
    }
    if let Some(wire) = wires.iter().find(|wire| !possible.contains(wire)) {
        return refuse(&format!("`wires` names {wire}, which cannot carry what `steps` sends"));
    }
    for step in &steps {
        if let Err(text) = step_makes_sense(&step.value) {
            let line = step.referenced.line();
            return Err(refused(file, line, &format!("case `{name}`: {text}")));
        }
    }
    if rows.is_none() && steps.iter().any(|step| step.value.expect.may_write()) {
        return refuse("`rows` is missing: a step may write and the rows afterwards are not said");
    }
    let concurrent = steps.iter().filter(|step| matches!(step.value.send, Send::Concurrently(_))).count();
    let is_about_one = |row: &RowAfter| matches!(row, RowAfter::Acknowledged(_));
    if concurrent != 1 && rows.iter().flatten().any(is_about_one) {
        return refuse("`acknowledged` is about one step with `concurrently`, and there must be exactly one");
    }
    let rows = rows.unwrap_or_else(|| given.iter().map(RowAfter::untouched).collect());
    let steps = steps.into_iter().map(|step| step.value).collect();
    let case = Case { file: file.to_owned(), line, name: name.clone(), wires, given, steps, rows };
    match case.try_build() {
        Ok(()) => Ok(case),
        Err(fault) => refuse(&fault.to_string()),
    }
}

fn possible_wires(steps: &[Spanned<Step>]) -> Vec<Protocol> {
    let mut wires = vec![Protocol::Rest, Protocol::Grpc];
    wires.retain(|wire| steps.iter().all(|step| step.value.send.wires().contains(wire)));
    wires
}

fn step_makes_sense(step: &Step) -> Result<(), &'static str> {
    match &step.send {
        Send::Concurrently(many) if many.times == 0 || many.events.is_empty() || many.at_once == Some(0) => {
            return Err("`concurrently` sends nothing");
        }
        Send::Concurrently(_) => {}
        _ if !step.some.is_empty() => return Err("`some` is for `concurrently` only"),
        _ => {}
    }
    if matches!(&step.expect, Expect::OneOf(list) if list.len() < 2) {
        return Err("`one_of` gives no choice");
    }
    Ok(())
}

fn refuse_equal_names(cases: &[Case]) -> Result<(), Fault> {
    let mut seen = BTreeMap::new();
    for case in cases {
        if let Some(first) = seen.insert(case.name.as_str(), case) {
            let text = format!(
                "case `{}` has the name of the one at {}:{}",
                case.name,
                first.file.display(),
                first.line
            );
            return Err(refused(&case.file, case.line, &text));
        }
    }
    Ok(())
}

fn refused(file: &Path, line: u64, text: &str) -> Fault {
    Fault::failed(format!("{}:{line}: {text}", file.display()))
        .repair("the format is described in contract/cases/README.md")
}

/// A parser's error without the excerpt below it, which repeats the file.
fn first_line(error: &serde_saphyr::Error) -> String {
    error.without_snippet().to_string().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(yaml: &str) -> String {
        parse(Path::new("cases/a.yaml"), yaml).unwrap_err().to_string()
    }

    const HEAD: &str = "topic: a topic\ncases:\n";

    #[test]
    fn a_case_of_events_is_for_both_wires_and_leaves_given_rows_alone() {
        let cases = parse(
            Path::new("a.yaml"),
            &format!(
                "{HEAD}  - name: n\n    given: [{{ type: Car, id: c, data: {{}} }}]\n    steps:\n      \
                 - send: {{ event: {{ remove: [eventBody] }} }}\n        expect: {{ invalid_event: [eventBody] }}\n"
            ),
        )
        .unwrap();
        assert_eq!(cases[0].wires, [Protocol::Rest, Protocol::Grpc]);
        assert_eq!(cases[0].line, 3);
        assert!(matches!(&cases[0].rows[..], [RowAfter::Untouched { id, .. }] if id == "c"));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let text = fault(&format!("{HEAD}  - name: n\n    stepz: []\n"));
        assert!(text.starts_with("cases/a.yaml:4:5: ") && text.contains("stepz"), "{text}");
    }

    #[test]
    fn a_half_written_file_is_refused() {
        let text = fault(&format!("{HEAD}  - name: n\n    steps:\n      - send: {{ event: {{"));
        assert!(text.starts_with("cases/a.yaml:5:"), "{text}");
        assert!(fault("").starts_with("cases/a.yaml"), "{}", fault(""));
        assert!(fault("topic: t\n").contains("cases"));
    }

    #[test]
    fn a_write_without_rows_is_refused() {
        let text = fault(&format!(
            "{HEAD}  - name: n\n    steps:\n      - {{ send: {{ event: {{}} }}, expect: accepted }}\n"
        ));
        assert_eq!(
            text,
            "cases/a.yaml:3: case `n`: `rows` is missing: a step may write and the rows afterwards are not said"
        );
    }

    #[test]
    fn acknowledged_rows_without_the_events_that_they_are_about_are_refused() {
        let text = fault(&format!(
            "{HEAD}  - name: n\n    rows: [acknowledged: {{ type: a, id: b, data: {{}} }}]\n    steps:\n      \
             - {{ send: {{ event: {{}} }}, expect: accepted }}\n"
        ));
        assert!(text.contains("`acknowledged` is about one step with `concurrently`"), "{text}");
    }

    #[test]
    fn what_cannot_be_built_names_the_case() {
        let text = fault(&format!(
            "{HEAD}  - name: n\n    steps:\n      - {{ send: {{ event: {{ set: {{ eventHeader.eventName: 5 }} }} }}, expect: malformed }}\n"
        ));
        assert_eq!(
            text,
            "cases/a.yaml:3: case `n`: eventHeader.eventName is a number, which a gRPC message cannot carry"
        );
        let text = fault(&format!(
            "{HEAD}  - name: n\n    wires: [grpc]\n    steps:\n      - {{ send: {{ bulk: [] }}, expect: malformed }}\n"
        ));
        assert!(text.contains("`wires` names grpc"), "{text}");
    }

    #[test]
    fn a_reply_that_cannot_come_is_refused_before_a_service_is_blamed() {
        for (wire, reply, told) in [
            ("grpc", "reply: { status: OK, body: [hex: zz] }", "`zz` is no hexadecimal text"),
            ("grpc", "reply: { status: NOTFOUND }", "`NOTFOUND` is no gRPC status code"),
            ("rest", "one_of: [accepted, reply: { status: OK }]", "`OK` is no HTTP status"),
        ] {
            let text = fault(&format!(
                "{HEAD}  - name: n\n    wires: [{wire}]\n    rows: []\n    steps:\n      \
                 - {{ send: health, expect: {{ {reply} }} }}\n"
            ));
            assert_eq!(text, format!("cases/a.yaml:3: case `n`: {told}"));
        }
    }
}
