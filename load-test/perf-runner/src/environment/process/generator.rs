//! k6 as a child process, for one test run.

use std::{
    ffi::OsString,
    fs::File,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};

use nix::sys::signal::Signal;
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::{
    control::{self, Control},
    endings::{self, Bounds, GENERATOR_LOG, GENERATOR_PATIENCE, Over, Reason, TAIL_LINES},
    files,
    sampling::Moment,
    service,
};
use crate::{
    fault::Fault,
    interrupt::{Interrupt, Urgency},
    model::{GeneratorEnd, GeneratorJob},
};

/// A generator that was started and waits for its release.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) pid: u32,
    child: Child,
    control: Control,
    log: PathBuf,
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
        let log = job.file(GENERATOR_LOG);
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
        bounds: &Bounds<'_>,
        service_ended: impl Future<Output = ()>,
    ) -> Result<Option<GeneratorEnd>, Fault> {
        let over = tokio::select! {
            () = self.control.ready() => return Ok(None),
            over = bounds.over(self.child.wait(), service_ended) => over,
        };
        self.finish(over, bounds.interrupt).await.map(Some)
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
        bounds: &Bounds<'_>,
        service_ended: impl Future<Output = ()>,
    ) -> Result<GeneratorEnd, Fault> {
        let over = bounds.over(self.child.wait(), service_ended).await;
        self.finish(over, bounds.interrupt).await
    }

    async fn finish(
        &mut self,
        over: Over<std::io::Result<ExitStatus>>,
        interrupt: &Interrupt,
    ) -> Result<GeneratorEnd, Fault> {
        let (status, reason) = match over {
            Over::Ended(status) => (status, None),
            Over::MustEnd(reason) => (self.end(interrupt).await, Some(reason)),
        };
        let status = status
            .map_err(|error| Fault::failed(format!("cannot watch k6 (pid {})", self.pid)).cause(error))?;
        Ok(self.told(status, reason))
    }

    async fn end(&mut self, interrupt: &Interrupt) -> std::io::Result<ExitStatus> {
        service::signal(self.pid, Signal::SIGINT);
        tokio::select! {
            waited = timeout(GENERATOR_PATIENCE, self.child.wait()) => {
                if let Ok(status) = waited {
                    return status;
                }
            }
            () = interrupt.at_least(Urgency::Now) => {}
        }
        service::signal_group(self.pid, Signal::SIGKILL);
        self.child.wait().await
    }

    fn told(&self, status: ExitStatus, reason: Option<Reason>) -> GeneratorEnd {
        let log_tail = files::last_lines(&self.log, TAIL_LINES);
        endings::told((status.code(), status.signal()), reason, log_tail)
    }
}
