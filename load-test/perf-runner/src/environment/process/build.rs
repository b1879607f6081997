//! Builds services and the generator, and tells how far it is.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
};

use super::{
    files,
    lease::{Ending, Lease},
    service,
};
use crate::{
    fault::Fault,
    model::{Api, Build},
    progress::{Event, Observer},
};

const TAIL_LINES: usize = 20;

/// A command that makes something, and where.
pub(super) struct BuildCommand<'a> {
    /// What is built, as the progress names it: `build producer-api-rust-rest`.
    pub(super) what: String,
    /// Program and arguments.
    pub(super) words: &'a [String],
    pub(super) folder: PathBuf,
    pub(super) variables: Vec<(&'static str, OsString)>,
    /// Everything it prints.
    pub(super) log: PathBuf,
    /// Put before the program.
    pub(super) launcher: Vec<OsString>,
}

impl BuildCommand<'_> {
    /// Runs it to its end; each line it prints is told and logged.
    ///
    /// # Errors
    /// When the program is not installed, or it fails, with its last lines.
    pub(super) async fn run(&self, lease: &mut Lease, observer: &dyn Observer) -> Result<(), Fault> {
        let program = self.words.first().map_or("", String::as_str);
        if !is_installed(program, &self.folder) {
            return Err(Fault::failed(format!("cannot {}: `{program}` is not installed", self.what))
                .repair(format!("{}, or leave it out with --api", how_to_install(program))));
        }
        let mut log = self.open_log()?;
        let mut child = self.spawn()?;
        let pid = child.id().unwrap_or_default();
        lease.started(&self.what, pid, Ending::Kill)?;
        let status = self.follow(&mut child, &mut log, observer).await;
        lease.ended(pid)?;
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

    fn spawn(&self) -> Result<Child, Fault> {
        let words: Vec<OsString> =
            self.launcher.iter().cloned().chain(self.words.iter().map(OsString::from)).collect();
        let Some((first, rest)) = words.split_first() else {
            return Err(Fault::failed(format!("cannot {}: no command is given", self.what)));
        };
        Command::new(first)
            .args(rest)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Fault::failed(format!("cannot {}", self.what)).cause(error))
    }

    async fn follow(
        &self,
        child: &mut Child,
        log: &mut File,
        observer: &dyn Observer,
    ) -> std::io::Result<ExitStatus> {
        let mut output = lines(child.stdout.take());
        let mut errors = lines(child.stderr.take());
        let (mut output_open, mut errors_open) = (true, true);
        while output_open || errors_open {
            let line = tokio::select! {
                line = next(&mut output), if output_open => {
                    output_open = line.is_some();
                    line
                }
                line = next(&mut errors), if errors_open => {
                    errors_open = line.is_some();
                    line
                }
            };
            let Some(line) = line else { continue };
            log.write_all(&line)?;
            log.write_all(b"\n")?;
            let detail = files::printable(&String::from_utf8_lossy(&line)).trim().to_owned();
            if !detail.is_empty() {
                observer.observe(&Event::WorkProgress { what: self.what.clone(), detail });
            }
        }
        child.wait().await
    }
}

type Lines<R> = Option<tokio::io::Split<BufReader<R>>>;

fn lines<R: AsyncRead + Unpin>(stream: Option<R>) -> Lines<R> {
    stream.map(|stream| BufReader::new(stream).split(b'\n'))
}

/// The next line; none at the end, or when the pipe breaks, which is the end too.
async fn next<R: AsyncRead + Unpin>(lines: &mut Lines<R>) -> Option<Vec<u8>> {
    lines.as_mut()?.next_segment().await.ok().flatten()
}

/// Whether the program can be found: by its path, or on PATH.
pub(super) fn is_installed(program: &str, folder: &Path) -> bool {
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
        "mvn" | "java" => "install a JDK 25 and Maven",
        _ => "install it",
    }
}

/// The hash over the files that starting the API runs: equal ids, equal programs.
///
/// # Errors
/// When one of them is missing.
pub(super) fn identify(api: &Api, root: &Path) -> Result<Build, Fault> {
    let programs = service::programs(api, root);
    let id = files::hash(&programs).map_err(|error| {
        let names: Vec<String> = programs.iter().map(|path| path.display().to_string()).collect();
        Fault::failed(format!("{} is not built: cannot read {}", api.id, names.join(", ")))
            .cause(error)
            .repair("run again without --skip-build")
    })?;
    Ok(Build { api: api.id.clone(), id })
}
