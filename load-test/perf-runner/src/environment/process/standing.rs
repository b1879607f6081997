//! One service with its database for use by hand: started by one command, ended
//! by another. These processes are meant to outlive the runner, so they are no
//! children that die with it, and stand in a record of their own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use postgres_cluster::Cluster;
use serde::{Deserialize, Serialize};

use super::{
    ProcessEnvironment, ProcessSettings,
    clusters::{self, Purpose},
    database::{self, ApplicationUrls, OwnServer},
    endings::HURRIED,
    files,
    identity::ProcessIdentity,
    lease::{self, Ending, Lease, StartedProcess},
    ports,
    service::{Service, ServiceStart},
};
use crate::{
    fault::Fault,
    model::{Api, Endpoint, Protocol},
    progress::{Observer, watched},
};

/// What `up` started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingService {
    /// The API's name.
    pub api: String,
    /// Where it answers.
    pub endpoint: Endpoint,
    /// Its process.
    pub pid: u32,
    /// For looking into its database by hand, with its password.
    pub database_url: String,
    /// Where it logs to.
    pub log: PathBuf,
}

/// What `down` finds. Only this user may read it: a password is in it.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    boot_id: String,
    api: String,
    protocol: Protocol,
    authority: String,
    database_url: String,
    log: PathBuf,
    /// The service, then its database's server, if that is ours.
    processes: Vec<StartedProcess>,
}

impl Record {
    fn runs(&self) -> bool {
        let first = self.processes.first();
        self.boot_id == lease::boot_id() && first.is_some_and(|service| service.process.is_running())
    }

    fn told(&self) -> StandingService {
        StandingService {
            api: self.api.clone(),
            endpoint: Endpoint { protocol: self.protocol, authority: self.authority.clone() },
            pid: self.processes.first().map_or(0, |service| service.process.pid),
            database_url: self.database_url.clone(),
            log: self.log.clone(),
        }
    }
}

/// Builds the service, starts it with its database and leaves both running.
///
/// # Errors
/// When one is up already, another runner is at work, or something does not
/// start; then nothing of it is left running.
pub async fn up(
    settings: ProcessSettings,
    api: &Api,
    observer: &dyn Observer,
) -> Result<StandingService, Fault> {
    let state = settings.places.state.clone();
    let mut environment = ProcessEnvironment::open(settings, observer)?;
    if let Some(standing) = current(&state) {
        return Err(Fault::failed(format!(
            "{} is up already at {} (pid {})",
            standing.api, standing.endpoint.authority, standing.pid
        ))
        .repair("end it with `perf-runner down` first"));
    }
    // Its service may have died and left its database behind.
    end_recorded(&state);
    environment.build_services(std::slice::from_ref(api), observer).await?;
    let (cluster, urls) = environment.standing_database(observer).await?;
    let started = environment.start_standing(api, &urls, observer).await;
    let recorded = started.and_then(|service| {
        let record = record(api, &service, &urls, cluster.as_ref())?;
        write(&state, &record).map(|()| (service, record))
    });
    let (service, record) = match recorded {
        Ok(done) => done,
        Err(fault) => {
            // The first error is the one to tell.
            let _ = environment.end_standing_database(cluster);
            return Err(fault);
        }
    };
    let pid = service.pid;
    service.leave();
    let lease = environment.lease()?;
    lease.ended(pid)?;
    if let Some(cluster) = cluster {
        lease.ended(cluster.pid())?;
        cluster.detach();
    }
    Ok(record.told())
}

/// Ends what `up` started, the service first, and gives what was ended; also
/// what a killed runner left behind.
///
/// # Errors
/// When another runner is at work, or the record cannot be removed.
pub fn down(state: &Path, observer: &dyn Observer) -> Result<Vec<String>, Fault> {
    let _lease = Lease::take(state, observer)?;
    let ended = end_recorded(state);
    match fs::remove_file(path(state)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Fault::failed(format!("cannot remove {}", path(state).display())).cause(error))
        }
        _ => Ok(ended),
    }
}

/// What is up right now.
pub fn current(state: &Path) -> Option<StandingService> {
    read(state).filter(Record::runs).map(|record| record.told())
}

fn end_recorded(state: &Path) -> Vec<String> {
    let Some(record) = read(state).filter(|record| record.boot_id == lease::boot_id()) else {
        return Vec::new();
    };
    let ended = record.processes.iter().filter(|process| lease::end(process));
    ended.map(|process| format!("{} (pid {})", process.name, process.process.pid)).collect()
}

fn record(
    api: &Api,
    service: &Service,
    urls: &ApplicationUrls,
    cluster: Option<&Cluster>,
) -> Result<Record, Fault> {
    let process = |name: String, pid: u32, ending: Ending| {
        let process =
            ProcessIdentity::of(pid).ok_or_else(|| Fault::failed(format!("{name} ended at once")))?;
        Ok::<_, Fault>(StartedProcess { name, process, ending })
    };
    let mut processes = vec![process(api.id.clone(), service.pid, Ending::Terminate)?];
    if let Some(cluster) = cluster {
        processes.push(process("PostgreSQL (standing)".to_owned(), cluster.pid(), Ending::Interrupt)?);
    }
    Ok(Record {
        boot_id: lease::boot_id(),
        api: api.id.clone(),
        protocol: service.endpoint.protocol,
        authority: service.endpoint.authority.clone(),
        database_url: urls.runner.clone(),
        log: service.log.clone(),
        processes,
    })
}

fn path(state: &Path) -> PathBuf {
    state.join("up.json")
}

fn read(state: &Path) -> Option<Record> {
    serde_json::from_str(&fs::read_to_string(path(state)).ok()?).ok()
}

fn write(state: &Path, record: &Record) -> Result<(), Fault> {
    let path = path(state);
    let text = serde_json::to_string_pretty(record)
        .map_err(|error| Fault::failed("cannot write down what is up").cause(error))?;
    files::write_whole(&path, text.as_bytes())
        .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))
}

impl ProcessEnvironment {
    /// The database for use by hand: given, or a cluster of its own.
    async fn standing_database(
        &mut self,
        observer: &dyn Observer,
    ) -> Result<(Option<Cluster>, ApplicationUrls), Fault> {
        if let Some(given) = self.settings.given.database_url.clone() {
            return Ok((None, database::accept_for_use(&given).await?));
        }
        let cluster = self.start_cluster(Purpose::Standing, observer).await?;
        match database::prepare(&OwnServer::from(&cluster)).await {
            Ok(urls) => Ok((Some(cluster), urls)),
            Err(fault) => {
                let _ = self.end_standing_database(Some(cluster));
                Err(fault)
            }
        }
    }

    fn end_standing_database(&mut self, cluster: Option<Cluster>) -> Result<(), Fault> {
        let Some(cluster) = cluster else { return Ok(()) };
        clusters::stop(Purpose::Standing, cluster, self.lease()?)
    }

    /// Starts the service as nobody's child and waits until it is ready.
    async fn start_standing(
        &mut self,
        api: &Api,
        urls: &ApplicationUrls,
        observer: &dyn Observer,
    ) -> Result<Service, Fault> {
        let port = ports::choose(self.settings.service_port)?;
        let log = self.settings.places.state.join(format!("logs/up-{}.log", api.id));
        let mut service = Service::spawn(&ServiceStart {
            api,
            root: &self.settings.places.root,
            launcher: Vec::new(),
            port,
            database_url: &urls.service,
            max_connections: self.settings.max_connections,
            log: &log,
        })?;
        let pid = service.pid;
        self.lease()?.started(&api.id, pid, Ending::Kill)?;
        let ready = watched(observer, &format!("start {}", api.id), service.wait_ready()).await;
        if let Err(fault) = ready {
            let _ = service.stop(HURRIED).await;
            self.lease()?.ended(pid)?;
            return Err(fault);
        }
        Ok(service)
    }
}
