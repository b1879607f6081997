//! One command that builds something, and what is told while it does.

use std::{
    cell::RefCell,
    ffi::OsString,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Split},
    net::unix::pipe::Receiver,
    process::{Child, Command},
    time::timeout,
};

use super::super::{
    files,
    lease::{Ending, Lease},
    service,
};
use crate::{
    fault::Fault,
    progress::{Event, Observer},
};

const TAIL_LINES: usize = 20;
/// What a program printed before it ended is in the pipe already.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A command that makes something, and where.
pub(in super::super) struct BuildCommand {
    /// What is built, as the progress names it: `build producer-api-rust-rest`.
    pub(in super::super) what: String,
    /// Program and arguments.
    pub(in super::super) words: Vec<String>,
    pub(in super::super) folder: PathBuf,
    pub(in super::super) variables: Vec<(&'static str, OsString)>,
    /// Everything it prints.
    pub(in super::super) log: PathBuf,
    /// Put before the program.
    pub(in super::super) launcher: Vec<OsString>,
}

impl BuildCommand {
    /// Runs it to its end; each line it prints is told and logged.
    ///
    /// # Errors
    /// When the program is not installed, or it fails, with its last lines.
    pub(super) async fn run(
        &self,
        lease: &RefCell<&mut Lease>,
        observer: &dyn Observer,
    ) -> Result<(), Fault> {
        let program = self.words.first().map_or("", String::as_str);
        if !is_installed(program, &self.folder) {
            return Err(Fault::failed(format!("cannot {}: `{program}` is not installed", self.what))
                .repair(format!("{}, or leave it out with --api", how_to_install(program))));
        }
        let log = self.open_log()?;
        let (mut child, output) = self.spawn()?;
        let printed = Printed { lines: BufReader::new(output).split(b'\n'), log };
        let pid = child.id().unwrap_or_default();
        lease.borrow_mut().started(&self.what, pid, Ending::Kill)?;
        let status = self.follow(&mut child, printed, observer).await;
        lease.borrow_mut().ended(pid)?;
        let status = status.map_err(|error| Fault::failed(format!("cannot {}", self.what)).cause(error))?;
        if status.success() {
            return Ok(());
        }
        Err(Fault::failed(format!("could not {} ({})", self.what, service::words(status)))
            .repair(format!("the whole output is in {}", self.log.display()))
            .log(files::last_lines(&self.log, TAIL_LINES)))
    }

    fn open_log(&self) -> Result<File, Fault> {
        let opened = || -> std::io::Result<File> {
            if let Some(folder) = self.log.parent() {
                fs::create_dir_all(folder)?;
            }
            File::create(&self.log)
        };
        opened().map_err(|error| {
            Fault::failed(format!("cannot write the log {}", self.log.display())).cause(error)
        })
    }

    /// Starts it with one pipe for output and errors: in two, the last line of an
    /// error could be read before lines that were printed earlier.
    fn spawn(&self) -> Result<(Child, Receiver), Fault> {
        let words: Vec<OsString> =
            self.launcher.iter().cloned().chain(self.words.iter().map(OsString::from)).collect();
        let Some((first, rest)) = words.split_first() else {
            return Err(Fault::failed(format!("cannot {}: no command is given", self.what)));
        };
        let spawned = || -> std::io::Result<(Child, Receiver)> {
            let (output, printed) = std::io::pipe()?;
            let child = Command::new(first)
                .args(rest)
                .envs(self.variables.iter().map(|(name, value)| (name, value)))
                .current_dir(&self.folder)
                .stdin(Stdio::null())
                .stdout(printed.try_clone()?)
                .stderr(printed)
                .process_group(0)
                .kill_on_drop(true)
                .spawn()?;
            Ok((child, Receiver::from_owned_fd(output.into())?))
        };
        spawned().map_err(|error| Fault::failed(format!("cannot {}", self.what)).cause(error))
    }

    /// Tells and logs what is printed until the program ends.
    async fn follow(
        &self,
        child: &mut Child,
        mut printed: Printed,
        observer: &dyn Observer,
    ) -> std::io::Result<ExitStatus> {
        loop {
            tokio::select! {
                biased;
                line = printed.lines.next_segment() => match line? {
                    Some(line) => printed.log(&line).map(|detail| self.tell(detail, observer))?,
                    None => return child.wait().await,
                },
                status = child.wait() => {
                    // A daemon that it left behind may hold the pipe open for ever.
                    while let Ok(Some(line)) = timeout(LAST_WORDS, printed.lines.next_segment()).await.unwrap_or(Ok(None)) {
                        printed.log(&line).map(|detail| self.tell(detail, observer))?;
                    }
                    return status;
                }
            }
        }
    }

    fn tell(&self, detail: String, observer: &dyn Observer) {
        if !detail.is_empty() {
            observer.observe(&Event::WorkProgress { what: self.what.clone(), detail });
        }
    }
}

/// What a program prints, and where it is kept.
struct Printed {
    lines: Split<BufReader<Receiver>>,
    log: File,
}

impl Printed {
    /// Keeps a line and gives it as a watcher may see it.
    fn log(&mut self, line: &[u8]) -> std::io::Result<String> {
        self.log.write_all(line)?;
        self.log.write_all(b"\n")?;
        Ok(files::printable(&String::from_utf8_lossy(line)).trim().to_owned())
    }
}

/// Whether the program can be found: by its path, or on PATH.
fn is_installed(program: &str, folder: &Path) -> bool {
    if program.contains('/') {
        return folder.join(program).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    !program.is_empty() && std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn how_to_install(program: &str) -> &'static str {
    match program {
        "cargo" => "install Rust 1.95 or newer (rustup)",
        "go" => "install Go 1.26 or newer (the package `golang-go`, or the archive from Go's site)",
        "gradle" => "run `./gradlew --version` in its folder once, which fetches one",
        _ => "install it",
    }
}
