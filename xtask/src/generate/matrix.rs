//! The workflow's matrix of services, made from the registry.

use std::{fmt::Write as _, fs, path::Path};

use crate::{
    fault::Fault,
    repository::{Repository, Service},
};

/// The workflow that has the matrix.
const FILE: &str = ".github/workflows/ci.yml";
/// The lines between these two are ours.
const BEGIN: &str = "# Made from load-test/services.toml by `cargo xtask generate`: begin";
const END: &str = "# Made from load-test/services.toml: end";

/// Writes the registry's services into the workflow of the copy of the repository at `root`.
///
/// Errors: the workflow cannot be read or written, or lacks the two lines that enclose the matrix.
pub(crate) fn write(repository: &Repository, root: &Path) -> Result<(), Fault> {
    let path = root.join(FILE);
    let workflow =
        fs::read_to_string(&path).map_err(Fault::because(format!("cannot read {}", path.display())))?;
    let made = replaced(&workflow, &repository.services()?).ok_or_else(|| {
        Fault::new(format!("{FILE} lacks the line `{BEGIN}` or `{END}`")).repair("put both lines back")
    })?;
    if made == workflow {
        return Ok(());
    }
    fs::write(&path, made).map_err(Fault::because(format!("cannot write {}", path.display())))
}

fn replaced(workflow: &str, services: &[Service]) -> Option<String> {
    let (before, rest) = workflow.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let indent: String = before.chars().rev().take_while(|c| *c == ' ').collect();
    let mut matrix = format!("{indent}service:\n");
    for Service { id, language, .. } in services {
        // Writing to a String cannot fail.
        let _ = writeln!(matrix, "{indent}  - {{ id: {id}, language: {language} }}");
    }
    Some(format!("{before}{BEGIN}\n{matrix}{indent}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(id: &str) -> Service {
        Service {
            id: id.to_owned(),
            language: "go".to_owned(),
            protocol: "rest".to_owned(),
            build: Vec::new(),
            start: Vec::new(),
        }
    }

    #[test]
    fn what_is_between_the_lines_is_made_anew_and_the_rest_is_kept() {
        let workflow = format!("a\n  {BEGIN}\n  old\n  {END}\nb\n");
        let made = replaced(&workflow, &[service("x"), service("y")]).unwrap();
        assert_eq!(
            made,
            format!(
                "a\n  {BEGIN}\n  service:\n    - {{ id: x, language: go }}\n    - {{ id: y, language: go }}\n  \
                 {END}\nb\n"
            )
        );
        assert_eq!(replaced(&made, &[service("x"), service("y")]), Some(made.clone()));
        assert_eq!(replaced("a\n", &[]), None);
    }
}
