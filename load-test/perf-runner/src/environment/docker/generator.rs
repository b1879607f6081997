//! k6 as a container, for one test run.

use std::path::{Path, PathBuf};

use bollard::models::{Mount, MountType};
use tokio::time::timeout;

use super::{
    Limits,
    container::{Container, End, Specification},
    engine::Engine,
    labels::Role,
};
use crate::{
    environment::{
        control::Control,
        endings::{self, Bounds, GENERATOR_LOG, GENERATOR_PATIENCE, Over, TAIL_LINES},
        sampling::Moment,
    },
    fault::Fault,
    interrupt::{Interrupt, Urgency},
    model::{GeneratorEnd, GeneratorJob},
};

/// k6's own, for those who hold its clock.
const CONTROL_PORT: u16 = 6565;

/// What a generator is started with.
#[derive(Debug, Clone, Copy)]
pub(super) struct GeneratorStart<'a> {
    pub(super) job: &'a GeneratorJob,
    pub(super) image: &'a str,
    /// Its script is here, and the contract.
    pub(super) root: &'a Path,
    pub(super) limits: &'a Limits,
}

/// A generator that was made.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) container: Container,
    control: Option<Control>,
    log: PathBuf,
}

impl Generator {
    /// Makes the container and does not start it. It finds its files under the
    /// paths that they have here.
    ///
    /// # Errors
    /// When the engine refuses, or does not see the files.
    pub(super) async fn create(
        engine: &Engine,
        network: &str,
        start: GeneratorStart<'_>,
    ) -> Result<Self, Fault> {
        let GeneratorStart { job, image, root, limits } = start;
        let scripts = job.script.parent().unwrap_or(root);
        let mut mounts = vec![same_path(&job.folder, false), same_path(&root.join("contract"), true)];
        // A script beside the outputs is there already.
        if scripts != job.folder {
            mounts.push(same_path(scripts, true));
        }
        let listening = ["--paused".to_owned(), format!("--address=0.0.0.0:{CONTROL_PORT}")];
        let specification = Specification {
            role: Role::K6,
            what: "k6".to_owned(),
            alias: "k6".to_owned(),
            image,
            command: job.arguments.iter().cloned().chain(listening).collect(),
            variables: job.variables.clone(),
            mounts,
            ports: vec![CONTROL_PORT],
            limits,
            user: Some(engine.own_user()),
            folder: Some(job.folder.display().to_string()),
            hardened: true,
            shared_memory_bytes: None,
        };
        let container = Container::create(engine, network, specification).await?;
        Ok(Self { container, control: None, log: job.file(GENERATOR_LOG) })
    }

    /// Starts it: it makes its VUs and waits.
    ///
    /// # Errors
    /// When the engine cannot.
    pub(super) async fn start(&mut self) -> Result<(), Fault> {
        self.container.start().await?;
        if self.container.runs().await? {
            let port = self.container.published(CONTROL_PORT).await?;
            self.control = Some(Control::at(format!("127.0.0.1:{port}"))?);
        }
        Ok(())
    }

    /// Waits until it has made its VUs, or is over before: then its end.
    ///
    /// # Errors
    /// When its end cannot be waited for.
    pub(super) async fn ready(
        &self,
        bounds: &Bounds<'_>,
        service_ended: impl Future<Output = ()>,
    ) -> Result<Option<GeneratorEnd>, Fault> {
        let ready = async {
            match &self.control {
                Some(control) => control.ready().await,
                None => std::future::pending().await,
            }
        };
        let over = tokio::select! {
            () = ready => return Ok(None),
            over = bounds.over(self.container.wait(), service_ended) => over,
        };
        self.finish(over, bounds.interrupt).await.map(Some)
    }

    /// Lets the load begin, and gives the moment just before.
    ///
    /// # Errors
    /// When k6 does not take it.
    pub(super) async fn release(&self) -> Result<Moment, Fault> {
        let control = self.control.as_ref().ok_or_else(|| Fault::failed("k6 was not started"))?;
        let released_at = Moment::now();
        if let Err(silent) = control.release().await {
            // An engine that is gone has taken k6 along: then that is what a reader must know.
            self.container.runs().await?;
            return Err(silent);
        }
        Ok(released_at)
    }

    /// Waits for its end, its deadline, the user's interrupt, or the end of the
    /// service. In all but the first it is asked to end, so that it still writes
    /// its summary; at the second interrupt it is killed.
    ///
    /// # Errors
    /// When its end cannot be waited for.
    pub(super) async fn wait(
        &self,
        bounds: &Bounds<'_>,
        service_ended: impl Future<Output = ()>,
    ) -> Result<GeneratorEnd, Fault> {
        let over = bounds.over(self.container.wait(), service_ended).await;
        self.finish(over, bounds.interrupt).await
    }

    async fn finish(
        &self,
        over: Over<Result<End, Fault>>,
        interrupt: &Interrupt,
    ) -> Result<GeneratorEnd, Fault> {
        let (end, reason) = match over {
            Over::Ended(end) => (end?, None),
            Over::MustEnd(reason) => (self.end(interrupt).await?, Some(reason)),
        };
        // Its log is for readers; its numbers do not depend on it.
        let _ = self.container.save_log(&self.log).await;
        let mut log_tail = self.container.last_lines(TAIL_LINES).await;
        if end.out_of_memory {
            log_tail
                .push("the kernel ended k6: it wanted more memory than its limit (--k6-memory)".to_owned());
        }
        Ok(endings::told((end.code, end.signal), reason, log_tail))
    }

    async fn end(&self, interrupt: &Interrupt) -> Result<End, Fault> {
        self.container.signal("SIGINT").await?;
        tokio::select! {
            waited = timeout(GENERATOR_PATIENCE, self.container.wait()) => {
                if let Ok(end) = waited {
                    return end;
                }
            }
            () = interrupt.at_least(Urgency::Now) => {}
        }
        self.container.signal("SIGKILL").await?;
        self.container.wait().await
    }
}

/// A folder of ours under the path that it has here.
pub(super) fn same_path(folder: &Path, read_only: bool) -> Mount {
    let path = folder.display().to_string();
    Mount {
        typ: Some(MountType::BIND),
        source: Some(path.clone()),
        target: Some(path),
        read_only: Some(read_only),
        ..Mount::default()
    }
}
