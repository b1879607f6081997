//! One call of another program, shown before it runs.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::{fault::Fault, tools};

/// A program with its arguments, its folder and what it finds in its environment.
pub(crate) struct Invocation {
    program: OsString,
    arguments: Vec<OsString>,
    folder: PathBuf,
    variables: Vec<(&'static str, OsString)>,
}

impl Invocation {
    /// `program arguments…`, run in `folder`.
    pub(crate) fn new<A: AsRef<OsStr>>(
        folder: &Path,
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect(),
            folder: folder.to_owned(),
            variables: Vec::new(),
        }
    }

    /// The cargo that runs us.
    pub(crate) fn cargo<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Self {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::new(folder, program, arguments)
    }

    /// Go on the module in `folder` alone: a workspace file must not hide that it lacks something.
    pub(crate) fn go<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Self {
        Self::new(folder, "go", arguments).variable("GOWORK", "off")
    }

    /// Sets a variable of the program's environment.
    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs it with its output visible.
    ///
    /// Errors: it is not there, or it ended with anything but 0.
    pub(crate) fn run(&self) -> Result<(), Fault> {
        println!("$ {self}");
        // The program writes to the same place through another handle.
        io::stdout().flush().map_err(Fault::because("cannot write to stdout"))?;
        let status = self.command().status().map_err(|error| self.not_started(&error))?;
        if status.success() { Ok(()) } else { Err(Fault::new(format!("`{self}` ended with {status}"))) }
    }

    /// Runs it and gives what it wrote to stdout; what it writes to stderr stays visible.
    ///
    /// Errors: as of [`Invocation::run`].
    pub(crate) fn output(&self) -> Result<String, Fault> {
        let output = self.finished(self.command().stderr(Stdio::inherit()))?;
        if !output.status.success() {
            return Err(Fault::new(format!("`{self}` ended with {}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs it and gives both its outputs and how it ended.
    ///
    /// Errors: it is not there.
    pub(crate) fn outcome(&self) -> Result<Output, Fault> {
        self.finished(&mut self.command())
    }

    fn finished(&self, command: &mut Command) -> Result<Output, Fault> {
        command.output().map_err(|error| self.not_started(&error))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn not_started(&self, error: &io::Error) -> Fault {
        let program = self.program.to_string_lossy();
        let fault = Fault::new(format!("cannot run `{program}` in {}: {error}", self.folder.display()));
        match tools::repair(&program) {
            Some(repair) if error.kind() == io::ErrorKind::NotFound => fault.repair(repair),
            _ => fault,
        }
    }
}

impl std::fmt::Display for Invocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Path::new(&self.program).file_name().unwrap_or(&self.program);
        f.write_str(&name.to_string_lossy())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", argument.to_string_lossy()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invocation_that_fails_names_itself_and_its_end() {
        let fault = Invocation::new(Path::new("/"), "sh", ["-c", "exit 3"]).run().unwrap_err();
        assert_eq!(fault.to_string(), "`sh -c exit 3` ended with exit status: 3");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let fault = Invocation::new(Path::new("/"), "no-such-program", ["x"]).output().unwrap_err();
        assert!(fault.to_string().starts_with("cannot run `no-such-program` in /: "), "{fault}");
    }
}
