//! How the commands that pages and workflows show are known to work.

use crate::fault::Fault;

/// How a command is known to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// This stage runs it, or its tests run one of its kind.
    Stage(&'static str),
    /// The stage that is named like the folder of the page, or one around it, runs it or one of its kind.
    OwnStage,
    /// It is run here and must end with 0.
    RunHere,
    /// It is run here with something in the place of its placeholders.
    RunAs(&'static str),
    /// It is run here against this service, wherever that listens.
    Against(&'static str),
    /// It takes hours: its plan is made here, and a stage's tests make short ones of its kind.
    Plan(&'static str),
    /// It is not run here, for this reason.
    NotHere(&'static str),
    /// This runs it: it takes too long for every time.
    Apart(&'static str),
    /// It is what runs all this.
    Itself,
}

/// A command that is shown, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// `FILE:LINE`.
    pub(super) place: String,
    pub(super) command: String,
}

/// A table of commands, and the file that it stands in.
pub(super) struct Table {
    pub(super) file: &'static str,
    pub(super) commands: &'static [(&'static str, Proof)],
}

impl Table {
    /// Holds what is shown against the table.
    ///
    /// Errors: a command is in one of them alone; each is named, with its place.
    pub(super) fn compare(&self, shown: &[Shown]) -> Result<(), Fault> {
        let unproven = shown
            .iter()
            .filter(|shown| !self.commands.iter().any(|(known, _)| *known == shown.command))
            .map(|Shown { place, command }| format!("{place}: nobody proves that `{command}` works"));
        let stale = self
            .commands
            .iter()
            .filter(|(known, _)| !shown.iter().any(|shown| shown.command == *known))
            .map(|(known, _)| format!("nothing shows `{known}` any more"));
        let differences: Vec<String> = unproven.chain(stale).collect();
        if differences.is_empty() {
            return Ok(());
        }
        Err(Fault::new(differences.join("\n")).repair(format!("change the table in {}", self.file)))
    }
}

impl Proof {
    /// What is said of a command that is not run here.
    pub(super) fn told(self, command: &str) -> String {
        match self {
            Self::Stage(stage) => format!("`{command}` is what the stage {stage} runs"),
            Self::OwnStage => format!("`{command}` is what the stage of its page's component runs"),
            Self::RunHere | Self::RunAs(_) => format!("`{command}` is run here"),
            Self::Against(service) => format!("`{command}` is run here against {service}"),
            Self::Plan(stage) => {
                format!("`{command}` takes hours: here its plan, and short ones in the stage {stage}")
            }
            Self::NotHere(reason) => format!("`{command}` is not run here: it {reason}"),
            Self::Apart(other) => format!("`{command}` is what `{other}` runs"),
            Self::Itself => format!("`{command}` is what runs this"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_a_proof_and_a_proof_without_a_command_are_told() {
        let table = Table { file: "x.rs", commands: &[("a", Proof::RunHere), ("gone", Proof::Itself)] };
        let shown =
            ["a", "b"].map(|command| Shown { place: "p.md:4".to_owned(), command: command.to_owned() });
        let told = table.compare(&shown).unwrap_err().to_string();
        assert_eq!(
            told,
            "p.md:4: nobody proves that `b` works\nnothing shows `gone` any more\nrepair: change the table in x.rs"
        );
        assert!(table.compare(&shown[..1]).is_err());
    }
}
