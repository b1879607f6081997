//! k6 as a child process, for one test run.

use std::{
    ffi::OsString,
    fs::File,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use super::{
    control::{self, Control},
    files,
    sampling::Moment,
    service,
};
use crate::{
    fault::Fault,
    interrupt::{Interrupt, Urgency},
    model::{GeneratorEnd, GeneratorJob},
};

/// Asked to end, k6 finishes its iterations (at most a request timeout) and
/// writes its summary.
const END_PATIENCE: Duration = Duration::from_secs(20);
const TAIL_LINES: usize = 20;
/// Where k6's own output goes, in the test run's folder.
const LOG: &str = "k6.log";

/// Why the generator was told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// It ended by itself.
    None,
    Overdue,
    Interrupted,
    /// There is nothing left to load.
    ServiceEnded,
}

/// What ends a generator that does not end by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits<'a> {
    /// How long it may take to get ready, and how long its load.
    pub(super) deadline: Duration,
    pub(super) interrupt: &'a Interrupt,
}

/// A generator that was started and waits for its release.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) pid: u32,
    child: Child,
    control: Control,
    log: PathBuf,
}

/// Why it is over.
enum Over {
    Ended(std::io::Result<ExitStatus>),
    MustEnd(Reason),
}

impl Generator {
    /// Starts k6 with the job's script, arguments and variables, and nothing else
    /// of the runner's environment that it does not need to run. It makes its VUs
    /// and waits. `processors` is how many it has for itself, where it has any.
    ///
    /// # Errors
    /// When the log cannot be written, or k6 cannot be run.
    pub(super) fn spawn(
        program: &Path,
        launcher: Vec<OsString>,
        job: &GeneratorJob,
        processors: Option<usize>,
    ) -> Result<Self, Fault> {
        let mut words = launcher;
        words.push(program.into());
        let Some((first, rest)) = words.split_first() else {
            return Err(Fault::failed("no generator to start"));
        };
        let log = job.file(LOG);
        let cannot_log =
            |error| Fault::failed(format!("cannot write the log {}", log.display())).cause(error);
        let output = File::create(&log).map_err(cannot_log)?;
        let errors = output.try_clone().map_err(cannot_log)?;
        let mut command = Command::new(first);
        command.args(rest).args(&job.arguments).args(control::ARGUMENTS).env_clear();
        for name in service::PASSED_ON {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command
            .envs(job.variables.iter().map(|(name, value)| (name, value)))
            .envs(processors.map(|count| ("GOMAXPROCS", count.to_string())))
            .current_dir(&job.folder)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .kill_on_drop(true);
        let child = command
            .spawn()
            .map_err(|error| Fault::failed(format!("cannot run {}", program.display())).cause(error))?;
        let pid = child.id().ok_or_else(|| Fault::failed("k6 ended at once"))?;
        // It leads its process group.
        Ok(Self { pid, child, control: Control::of(pid)?, log })
    }

    /// Waits until it has made its VUs, or is over before: then its end.
    ///
    /// # Errors
    /// When its end cannot be waited for.
    pub(super) async fn ready(
        &mut self,
        limits: &Limits<'_>,
        service_ended: impl Future<Output = ()>,
    ) -> Result<Option<GeneratorEnd>, Fault> {
        let over = tokio::select! {
            () = self.control.ready() => return Ok(None),
            over = over(&mut self.child, limits, service_ended) => over,
        };
        self.finish(over, limits.interrupt).await.map(Some)
    }

    /// Lets the load begin, and gives the moment just before.
    ///
    /// # Errors
    /// When k6 does not take it.
    pub(super) async fn release(&self) -> Result<Moment, Fault> {
        let moment = Moment::now();
        self.control.release().await?;
        Ok(moment)
    }

    /// Waits for its end, its deadline, the user's interrupt, or the end of the
    /// service. In all but the first it is asked to end, so that it still writes
    /// its summary; at the second interrupt it is killed.
    ///
    /// # Errors
    /// When its end cannot be waited for.
    pub(super) async fn wait(
        &mut self,
        limits: &Limits<'_>,
        service_ended: impl Future<Output = ()>,
    ) -> Result<GeneratorEnd, Fault> {
        let over = over(&mut self.child, limits, service_ended).await;
        self.finish(over, limits.interrupt).await
    }

    async fn finish(&mut self, over: Over, interrupt: &Interrupt) -> Result<GeneratorEnd, Fault> {
        let (status, reason) = match over {
            Over::Ended(status) => (status, Reason::None),
            Over::MustEnd(reason) => (self.end(interrupt).await, reason),
        };
        let status = status
            .map_err(|error| Fault::failed(format!("cannot watch k6 (pid {})", self.pid)).cause(error))?;
        Ok(self.told(status, reason))
    }

    async fn end(&mut self, interrupt: &Interrupt) -> std::io::Result<ExitStatus> {
        service::signal(self.pid, Signal::SIGINT);
        tokio::select! {
            waited = timeout(END_PATIENCE, self.child.wait()) => {
                if let Ok(status) = waited {
                    return status;
                }
            }
            () = interrupt.at_least(Urgency::Now) => {}
        }
        service::signal_group(self.pid, Signal::SIGKILL);
        self.child.wait().await
    }

    fn told(&self, status: ExitStatus, reason: Reason) -> GeneratorEnd {
        GeneratorEnd {
            code: status.code(),
            signal: status.signal(),
            overdue: reason == Reason::Overdue,
            interrupted: reason == Reason::Interrupted,
            log_tail: files::last_lines(&self.log, TAIL_LINES),
        }
    }
}

async fn over(child: &mut Child, limits: &Limits<'_>, service_ended: impl Future<Output = ()>) -> Over {
    tokio::select! {
        status = child.wait() => Over::Ended(status),
        () = sleep(limits.deadline) => Over::MustEnd(Reason::Overdue),
        () = limits.interrupt.at_least(Urgency::EndPhase) => Over::MustEnd(Reason::Interrupted),
        () = service_ended => Over::MustEnd(Reason::ServiceEnded),
    }
}
