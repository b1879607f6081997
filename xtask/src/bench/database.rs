//! A database of the bench's own: schema, roles and statistics as the services expect them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use postgres_cluster::{Account, Binaries, Cluster, ClusterSettings, SUPERUSER};

use crate::{fault::Fault, repository::Repository, tools};

use super::scratch::Scratch;

const NAME: &str = "car_entities";
/// The role that services have.
const SERVICE_ROLE: &str = "producer";
/// More than any generator opens at once: pgbench connects straight to the server.
const MAX_CONNECTIONS: u32 = 1_100;

/// A running cluster with the application's database.
pub(super) struct Database {
    cluster: Cluster,
    version: String,
    psql: PathBuf,
}

/// What is in it after a load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contents {
    /// Rows of the one table.
    pub(super) rows: u64,
    /// Statements that the service's role has executed.
    pub(super) statements: u64,
}

impl Database {
    /// Starts it on a free port.
    ///
    /// Errors: PostgreSQL's programs are missing, or it does not start; the text says why.
    pub(super) fn start(repository: &Repository, scratch: &Scratch) -> Result<Self, Fault> {
        let binaries = Binaries::find(None)?;
        let psql = program(&binaries, "psql")?;
        let data = scratch.path("data");
        Account::for_server()?.check_reach(&data)?;
        let mut settings = ClusterSettings::new(data);
        settings.max_connections = MAX_CONNECTIONS;
        settings.launcher = ["setpriv", "--pdeathsig", "INT"].map(Into::into).into();
        let cluster = Cluster::start(&binaries, &settings)?;
        let database = Self { cluster, version: binaries.version().to_owned(), psql };
        database.prepare(repository)?;
        Ok(database)
    }

    fn prepare(&self, repository: &Repository) -> Result<(), Fault> {
        self.psql("postgres", &[&format!("create database {NAME}")])?;
        let schema = repository.read("postgres/schema.sql")?;
        let roles = repository.read("postgres/roles.sql")?;
        let password = format!("alter role {SERVICE_ROLE} password '{}'", self.cluster.password());
        self.psql(NAME, &[&schema, &roles, &password, "create extension pg_stat_statements"])?;
        Ok(())
    }

    /// Empties table and statistics and writes everything out, so that each load begins alike.
    ///
    /// Errors: a statement fails.
    pub(super) fn clear(&self) -> Result<(), Fault> {
        let forget = "select pg_stat_statements_reset() is null";
        self.psql(NAME, &["truncate table car_entities", forget, "checkpoint"]).map(|_| ())
    }

    /// What is in it now.
    ///
    /// Errors: a statement fails.
    pub(super) fn contents(&self) -> Result<Contents, Fault> {
        let count = |statement: &str| -> Result<u64, Fault> {
            let text = self.psql(NAME, &[statement])?;
            text.trim().parse().map_err(Fault::because(format!("psql answered {text:?} to {statement}")))
        };
        let statements = format!(
            "select coalesce(sum(calls), 0) from pg_stat_statements join pg_roles on oid = userid \
             where rolname = '{SERVICE_ROLE}'"
        );
        Ok(Contents { rows: count("select count(*) from car_entities")?, statements: count(&statements)? })
    }

    fn psql(&self, database: &str, statements: &[&str]) -> Result<String, Fault> {
        let mut command = Command::new(&self.psql);
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        for statement in statements {
            command.args(["--command", statement]);
        }
        self.connect(&mut command, SUPERUSER, database);
        let output = command.output().map_err(Fault::because("cannot run psql"))?;
        if !output.status.success() {
            return Err(Fault::new(format!("psql: {}", String::from_utf8_lossy(&output.stderr).trim())));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn connect(&self, command: &mut Command, role: &str, database: &str) {
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.cluster.port().to_string())
            .env("PGUSER", role)
            .env("PGPASSWORD", self.cluster.password())
            .env("PGDATABASE", database);
    }

    /// Makes a client program of PostgreSQL connect as a service does.
    pub(super) fn connect_as_service(&self, command: &mut Command) {
        self.connect(command, SERVICE_ROLE, NAME);
    }

    /// What a service is told.
    pub(super) fn service_url(&self) -> String {
        self.cluster.url(SERVICE_ROLE, NAME)
    }

    /// The server's process, whose children are the backends.
    pub(super) fn pid(&self) -> i32 {
        i32::try_from(self.cluster.pid()).unwrap_or(i32::MAX)
    }

    /// The server's version.
    pub(super) fn version(&self) -> &str {
        &self.version
    }
}

/// A client program beside the server's.
///
/// Errors: it is not there.
pub(super) fn program(binaries: &Binaries, name: &str) -> Result<PathBuf, Fault> {
    binaries.program(name).ok_or_else(|| {
        let folder: &Path = binaries.folder();
        Fault::new(format!("{name} is not in {}", folder.display()))
            .repair(tools::repair(name).unwrap_or_default())
    })
}
