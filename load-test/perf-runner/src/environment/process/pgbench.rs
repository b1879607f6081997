//! `pgbench` with the contract's own statement: what the database can do when no
//! service stands before it.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use percent_encoding::percent_decode_str;
use postgres_cluster::Binaries;
use reqwest::Url;
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::{ProcessEnvironment, files, launch::DeathSignal, lease::Ending, service};
use crate::{fault::Fault, model::CeilingJob};

impl ProcessEnvironment {
    /// Drives the database alone and gives the events it stored per second.
    ///
    /// # Errors
    /// When there is no `pgbench`, or it failed.
    pub(super) async fn run_pgbench(&mut self, job: &CeilingJob) -> Result<f64, Fault> {
        let near = match &self.host {
            Some(host) => host.binaries.program(NAME),
            None => Binaries::find(self.settings.given.postgres_bin.as_deref())
                .ok()
                .and_then(|binaries| binaries.program(NAME)),
        };
        let launcher = self.launcher_on(|split| &split.generator).prefix(DeathSignal::Kill);
        let bench = Pgbench::spawn(near, launcher, (job, &self.urls()?.service))?;
        let pid = bench.pid;
        self.lease()?.started(NAME, pid, Ending::Kill)?;
        let driven = bench.wait().await;
        self.lease()?.ended(pid)?;
        driven
    }
}

/// The program, which comes with PostgreSQL's servers or clients.
pub(in crate::environment) const NAME: &str = "pgbench";

const UPSERT: &str = include_str!("../../../../../postgres/queries/upsert.sql");

/// More threads than this are not needed to keep any pool busy.
const MOST_THREADS: u32 = 2;
/// How much longer than planned it may take to connect and to end.
const PATIENCE: Duration = Duration::from_secs(30);
const LOG: &str = "pgbench.log";
const TAIL_LINES: usize = 5;

/// One that was started.
struct Pgbench {
    pid: u32,
    child: Child,
    log: PathBuf,
    patience: Duration,
}

impl Pgbench {
    /// Starts it with a script for each template: `near` the server's programs, else
    /// from PATH. The password is not among its arguments, which others can read.
    ///
    /// # Errors
    /// When it is not installed, or its files cannot be written.
    fn spawn(
        near: Option<PathBuf>,
        launcher: Vec<OsString>,
        (job, service_url): (&CeilingJob, &str),
    ) -> Result<Self, Fault> {
        let program = near.or_else(on_path).ok_or_else(|| Fault::failed("pgbench is not installed"))?;
        let mut words = launcher;
        words.push(program.into());
        let log = job.folder.join(LOG);
        let cannot = |error| Fault::failed(format!("cannot write {}", log.display())).cause(error);
        let output = File::create(&log).map_err(cannot)?;
        let errors = output.try_clone().map_err(cannot)?;
        let (url, password) = without_password(service_url)?;
        let mut command = Command::new(words.first().cloned().unwrap_or_default());
        command.args(words.iter().skip(1)).args(arguments(job)?).arg(url).env_clear();
        for name in service::PASSED_ON {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        let child = command
            .envs(password.map(|password| ("PGPASSWORD", password)))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Fault::failed("cannot run pgbench").cause(error))?;
        let pid = child.id().ok_or_else(|| Fault::failed("pgbench ended at once"))?;
        Ok(Self { pid, child, log, patience: Duration::from_millis(job.duration_ms) + PATIENCE })
    }

    /// Waits for its end and gives the statements it made per second.
    ///
    /// # Errors
    /// When it fails or does not end, with its last lines, or says no number.
    async fn wait(mut self) -> Result<f64, Fault> {
        let failed = |what: String, log: &Path| Fault::failed(what).log(files::last_lines(log, TAIL_LINES));
        match timeout(self.patience, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => {}
            Ok(Ok(status)) => return Err(failed(format!("pgbench failed ({status})"), &self.log)),
            Ok(Err(error)) => return Err(Fault::failed("cannot watch pgbench").cause(error)),
            // Dropped, it is killed.
            Err(_) => return Err(failed("pgbench did not end".to_owned(), &self.log)),
        }
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        rate(&text).ok_or_else(|| failed("pgbench did not say how fast it was".to_owned(), &self.log))
    }
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(NAME)).find(|program| program.is_file())
}

/// The last `tps = 5123.4 (...)` of what it printed: older ones have a second such
/// line, the first of which counts the time to connect.
pub(in crate::environment) fn rate(text: &str) -> Option<f64> {
    let line = text.lines().filter_map(|line| line.trim().strip_prefix("tps = ")).next_back()?;
    line.split_whitespace().next()?.parse().ok()
}

pub(in crate::environment) fn arguments(job: &CeilingJob) -> Result<Vec<OsString>, Fault> {
    let (clients, seconds) = (job.concurrency.to_string(), (job.duration_ms / 1000).to_string());
    let threads = job.concurrency.min(MOST_THREADS).to_string();
    let mut arguments: Vec<OsString> =
        ["-n", "-M", "prepared", "-c", &clients, "-j", &threads, "-T", &seconds, "-D", "n=0"]
            .map(OsString::from)
            .to_vec();
    for (number, template) in job.templates.iter().enumerate() {
        let path = job.folder.join(format!("{}.sql", template.kind));
        fs::write(&path, script(number))
            .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))?;
        arguments.extend(["-f".into(), path.into()]);
        for (name, value) in
            [("kind", &template.kind), ("type", &template.entity_type), ("data", &template.attributes)]
        {
            arguments.extend(["-D".into(), format!("{name}{number}={value}").into()]);
        }
    }
    Ok(arguments)
}

/// The contract's statement with one entity. Its id grows as those of a VU do, so
/// that the index is filled in the same way.
fn script(number: usize) -> String {
    let lines = UPSERT.lines().filter(|line| !line.trim_start().starts_with("--"));
    let statement = lines.collect::<Vec<&str>>().join("\n");
    let id = format!(
        "array[:kind{number}::text || '-00000000-' || lpad(:client_id::text, 5, '0') || '-' \
         || lpad(:n::text, 9, '0')]"
    );
    let statement = statement
        .replace("$1", &format!("array[:type{number}::text]"))
        .replace("$2", &id)
        .replace("$3", &format!("array[:data{number}::text]"));
    format!("\\set n :n + 1\n{statement};\n")
}

/// The URL as an argument that anyone may read, and the password apart.
pub(in crate::environment) fn without_password(url: &str) -> Result<(String, Option<String>), Fault> {
    let bad = || Fault::failed("pgbench cannot use the URL of the application database");
    let mut url = Url::parse(url).map_err(|_| bad())?;
    let password = url.password().map(|coded| percent_decode_str(coded).decode_utf8_lossy().into_owned());
    url.set_password(None).map_err(|()| bad())?;
    Ok((url.into(), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rate_is_the_one_without_the_time_to_connect() {
        let text = "tps = 5000.1 (including connections establishing)\n\
                    tps = 5123.456 (excluding connections establishing)\n";
        assert_eq!(rate(text), Some(5123.456));
        assert_eq!(
            rate("initial connection time = 20 ms\ntps = 7.5 (without initial connection time)"),
            Some(7.5)
        );
        assert_eq!(rate("pgbench: error: connection to server failed"), None);
    }

    #[test]
    fn the_password_is_kept_out_of_the_arguments() {
        let (url, password) = without_password("postgresql://producer:p%40ss@127.0.0.1:5432/cars").unwrap();
        assert_eq!(url, "postgresql://producer@127.0.0.1:5432/cars");
        assert_eq!(password.as_deref(), Some("p@ss"));
    }

    #[test]
    fn the_script_has_the_contract_s_statement_and_no_parameter_of_another_kind() {
        let script = script(2);
        assert!(script.contains("on conflict (entity_type, id) do update"), "{script}");
        assert!(
            script.contains(":data2::text") && !script.contains('$') && !script.contains("--"),
            "{script}"
        );
    }
}
