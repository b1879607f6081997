//! The measured service as a container.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::{
    Limits,
    container::{Container, End, SIGKILL, Specification},
    counters,
    engine::Engine,
    labels::Role,
};
use crate::{
    environment::{
        endings::{self, TAIL_LINES},
        readiness,
    },
    fault::Fault,
    model::{Api, Endpoint, RunningService, ServiceEnd},
};

/// Everything a service is started with.
#[derive(Debug)]
pub(super) struct ServiceStart<'a> {
    pub(super) api: &'a Api,
    /// As seen from its container.
    pub(super) database_url: &'a str,
    pub(super) max_connections: u32,
    pub(super) limits: &'a Limits,
    /// Where its output goes when it has ended.
    pub(super) log: &'a Path,
}

/// A service that was made.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) container: Container,
    pub(super) endpoint: Endpoint,
    api: Api,
    limits: Limits,
    log: PathBuf,
    /// When the engine started its process; another time later means that somebody
    /// started it again.
    began: Option<String>,
}

impl Service {
    /// Makes the container and does not start it.
    ///
    /// # Errors
    /// When the engine refuses.
    pub(super) async fn create(
        engine: &Engine,
        network: &str,
        start: &ServiceStart<'_>,
    ) -> Result<Self, Fault> {
        let ServiceStart { api, database_url, max_connections, limits, log } = start;
        let variables = [
            ("DATABASE_URL", (*database_url).to_owned()),
            ("DATABASE_MAX_CONNECTIONS", max_connections.to_string()),
            ("LOG_LEVEL", "info".to_owned()),
            ("RUST_LOG", "info".to_owned()),
        ];
        let specification = Specification {
            role: Role::Service,
            what: api.id.clone(),
            alias: api.id.clone(),
            image: &api.image,
            command: Vec::new(),
            variables: variables.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            mounts: Vec::new(),
            ports: vec![api.port],
            limits,
            user: None,
            folder: None,
            hardened: true,
            shared_memory_bytes: None,
        };
        let container = Container::create(engine, network, specification).await?;
        let endpoint = Endpoint { protocol: api.protocol, authority: String::new() };
        let (api, limits) = ((*api).clone(), (*limits).clone());
        Ok(Self { container, endpoint, api, limits, log: log.to_path_buf(), began: None })
    }

    /// Starts it and waits for a healthy answer over its own wire.
    ///
    /// # Errors
    /// When it exits instead, or does not get ready in time; with its last log lines.
    pub(super) async fn start(&mut self) -> Result<RunningService, Fault> {
        self.container.start().await?;
        // One that has ended already has no port any more.
        if !self.container.runs().await? {
            return Err(self.exited(&self.container.wait().await?).await);
        }
        let port = self.container.published(self.api.port).await?;
        self.endpoint.authority = format!("127.0.0.1:{port}");
        let ready = tokio::select! {
            ready = readiness::ready(&self.endpoint) => ready,
            end = self.container.wait() => return Err(self.exited(&end?).await),
        };
        let now = Utc::now();
        match ready {
            Ok(()) => self.ready(now).await,
            Err(problem) => Err(self.fault(problem).await),
        }
    }

    async fn ready(&mut self, now: DateTime<Utc>) -> Result<RunningService, Fault> {
        let state = self.container.state().await?;
        self.began.clone_from(&state.started_at);
        let started: Option<DateTime<Utc>> = state.started_at.and_then(|at| at.parse().ok());
        let took = started.and_then(|started| (now - started).to_std().ok());
        let took = took.ok_or_else(|| {
            Fault::failed(format!("the engine does not say when it started {}", self.api.id))
        })?;
        Ok(RunningService {
            endpoint: self.endpoint.clone(),
            generator_endpoint: Endpoint {
                protocol: self.api.protocol,
                authority: format!("{}:{}", self.container.alias, self.api.port),
            },
            pid: self.container.visible_pid().await?,
            start_up_ms: Some(took.as_secs_f64() * 1000.0),
            idle_rss_bytes: counters::read(&self.container)
                .await
                .ok()
                .flatten()
                .and_then(|counters| counters.rss_bytes),
        })
    }

    /// Waits until it ends by itself.
    pub(super) async fn ended(&self) {
        // What cannot be watched is told when it is stopped.
        let _ = self.container.wait().await;
    }

    /// Stops it: SIGTERM, then after `patience` SIGKILL; keeps its log and removes it.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub(super) async fn stop(self, patience: Duration) -> Result<ServiceEnd, Fault> {
        let inspected = self.container.inspect().await?;
        let state = inspected.state.unwrap_or_default();
        let restarted = inspected.restart_count.unwrap_or_default() > 0
            || (self.began.is_some() && state.started_at != self.began);
        let early = !self.container.runs().await? || restarted;
        self.container.signal("SIGTERM").await?;
        let waited = timeout(patience, self.container.wait()).await;
        let killed = waited.is_err();
        let end = if let Ok(end) = waited {
            end?
        } else {
            self.container.signal("SIGKILL").await?;
            self.container.wait().await?
        };
        // An end by SIGKILL that is not ours was under way before the engine told of it.
        let early = early || (!killed && end.signal == Some(SIGKILL));
        self.container.save_log(&self.log).await?;
        let mut told = ServiceEnd { code: end.code, signal: end.signal, early, killed, log_tail: Vec::new() };
        if !told.is_clean() {
            told.log_tail = self.container.last_lines(TAIL_LINES).await;
        }
        if end.out_of_memory {
            told.log_tail.push(format!(
                "the kernel ended it: it wanted more memory than its limit of {}",
                self.limits.memory
            ));
        }
        if restarted {
            told.log_tail.push("somebody restarted it while it was measured".to_owned());
        }
        self.container.remove().await?;
        Ok(told)
    }

    async fn exited(&self, end: &End) -> Fault {
        if end.out_of_memory {
            let problem = format!(
                "was ended at its start: it wanted more memory than its limit of {}",
                self.limits.memory
            );
            return self.fault(problem).await.repair("give it more with --service-memory");
        }
        let how = endings::in_words(end.code, end.signal);
        self.fault(format!("exited at its start ({how})")).await
    }

    async fn fault(&self, problem: String) -> Fault {
        let log = self.container.last_lines(TAIL_LINES).await;
        Fault::failed(format!("{} {problem}", self.api.id)).log(log)
    }
}
