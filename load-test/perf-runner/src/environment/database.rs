//! The application database: made with schema and roles in the runner's own
//! cluster, or found where the user has one.

use std::{collections::BTreeMap, str::FromStr as _, time::Duration};

use postgres_cluster::{Cluster, SUPERUSER};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

use super::{checkpoint, sampling::DatabaseUrls};
use crate::{fault::Fault, model::EventTemplate};

const SCHEMA: &str = include_str!("../../../../postgres/schema.sql");
const ROLES: &str = include_str!("../../../../postgres/roles.sql");
const CLEAR: &str = include_str!("../../../../postgres/queries/clear.sql");

/// The database that every server has.
const MAINTENANCE: &str = "postgres";
const APPLICATION: &str = "car_entities";
/// The metrics database in our own cluster.
pub(super) const METRICS: &str = "performance_metrics";
/// A server that has not let us in by then is out of reach.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// How ids look that the runner makes: `<kind>-<8 hexadecimal digits>-...`.
const OWN_ID: &str = "^[a-z_]+-[0-9a-f]{8}-";
/// What decides how fast a commit is, and which server it was.
const SETTINGS: [&str; 6] =
    ["server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size", "max_connections"];

/// A server that is all ours: where it listens on the loopback, and its superuser's password.
#[derive(Clone)]
pub(super) struct OwnServer {
    pub(super) port: u16,
    pub(super) password: String,
}

impl OwnServer {
    /// A connection string for its superuser.
    pub(super) fn url(&self, database: &str) -> String {
        format!("postgresql://{SUPERUSER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// The application database, as the one who may do everything.
    pub(super) fn owner_url(&self) -> String {
        self.url(APPLICATION)
    }
}

impl From<&Cluster> for OwnServer {
    fn from(cluster: &Cluster) -> Self {
        Self { port: cluster.port(), password: cluster.password().to_owned() }
    }
}

/// Passwords stay out of whatever prints this.
impl std::fmt::Debug for OwnServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnServer").field("port", &self.port).finish_non_exhaustive()
    }
}

/// Two ways into the same database.
#[derive(Clone)]
pub(super) struct ApplicationUrls {
    /// For services.
    pub(super) service: String,
    /// For the runner.
    pub(super) runner: String,
    /// Whether the server keeps statement statistics that the runner may reset.
    pub(super) statistics: bool,
    /// Settings of the server that decide what a commit costs.
    pub(super) facts: BTreeMap<String, String>,
}

impl ApplicationUrls {
    /// For whoever samples the database.
    pub(super) fn for_sampling(&self) -> DatabaseUrls<'_> {
        DatabaseUrls { service: &self.service, runner: &self.runner }
    }

    /// The port that services reach the server at.
    pub(super) fn port(&self) -> Option<u16> {
        Some(PgConnectOptions::from_str(&self.service).ok()?.get_port())
    }
}

/// Passwords stay out of whatever prints this.
impl std::fmt::Debug for ApplicationUrls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplicationUrls").field("statistics", &self.statistics).finish_non_exhaustive()
    }
}

/// Whether the server lets its superuser in now.
pub(super) async fn lets_in(own: &OwnServer) -> bool {
    match connect(&own.url(MAINTENANCE)).await {
        Ok(connection) => {
            close(connection).await;
            true
        }
        Err(_) => false,
    }
}

/// Makes the application database in our own cluster unless it is there, and
/// gives its roles fresh passwords.
///
/// # Errors
/// When the server refuses a statement.
pub(super) async fn prepare(own: &OwnServer) -> Result<ApplicationUrls, Fault> {
    let mut server = connect(&own.url(MAINTENANCE)).await?;
    // A schema that has changed since is made anew: nothing here is worth keeping.
    let version = hex::encode(Sha256::digest([SCHEMA, ROLES].concat().as_bytes()));
    if stored_version(&mut server).await.map_err(refused)?.as_deref() != Some(version.as_str()) {
        make(&mut server, own, &version).await?;
    }
    // Statement statistics would keep the passwords, for everyone who may read them.
    execute(&mut server, "set pg_stat_statements.track_utility = off").await?;
    let mut url_of = BTreeMap::new();
    for role in ["producer", "perf_runner"] {
        let password = format!("{:032x}", rand::random::<u128>());
        execute(&mut server, &format!("alter role {role} password '{password}'")).await?;
        url_of.insert(role, format!("postgresql://{role}:{password}@127.0.0.1:{}/{APPLICATION}", own.port));
    }
    checkpoint::allow(&mut server).await.map_err(refused)?;
    let mut facts = settings(&mut server).await?;
    close(server).await;
    let url = |role: &str| url_of.get(role).cloned().unwrap_or_default();
    let mut runner = connect(&url("perf_runner")).await?;
    facts.extend([checkpoint::fact(&mut runner).await]);
    close(runner).await;
    Ok(ApplicationUrls { service: url("producer"), runner: url("perf_runner"), statistics: true, facts })
}

async fn stored_version(server: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let found: Option<Option<String>> = sqlx::query_scalar(
        "select shobj_description(oid, 'pg_database') from pg_database where datname = $1",
    )
    .bind(APPLICATION)
    .fetch_optional(server)
    .await?;
    Ok(found.flatten())
}

async fn make(server: &mut PgConnection, own: &OwnServer, version: &str) -> Result<(), Fault> {
    execute(server, &format!("drop database if exists {APPLICATION} with (force)")).await?;
    execute(server, "drop role if exists producer, perf_runner").await?;
    execute(server, &format!("create database {APPLICATION}")).await?;
    let mut database = connect(&own.owner_url()).await?;
    for script in [SCHEMA, ROLES] {
        sqlx::raw_sql(script).execute(&mut database).await.map_err(refused)?;
    }
    execute(&mut database, "create extension pg_stat_statements").await?;
    execute(&mut database, "grant execute on function pg_stat_statements_reset to perf_runner").await?;
    close(database).await;
    // Last: a database without this mark is not finished and is made anew.
    execute(server, &format!("comment on database {APPLICATION} is '{version}'")).await
}

/// Makes the metrics database unless it is there, and gives its URL. Its tables
/// are the store's affair.
///
/// # Errors
/// When the server refuses a statement.
pub(super) async fn prepare_metrics(own: &OwnServer) -> Result<String, Fault> {
    let mut server = connect(&own.url(MAINTENANCE)).await?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(METRICS)
        .fetch_one(&mut server)
        .await
        .map_err(refused)?;
    if !there {
        execute(&mut server, &format!("create database {METRICS}")).await?;
    }
    close(server).await;
    Ok(own.url(METRICS))
}

/// What the role of a user's database must be allowed to do there: what services do, too, as
/// they get the same role.
pub(super) const AS_SERVICES: &[&str] = &["select", "insert", "update", "truncate"];
/// Where the service is somebody else's and has a role of its own.
pub(super) const BESIDE_A_SERVICE: &[&str] = &["select", "truncate"];

/// Looks whether a database of the user's can be measured with these rights, and
/// applies the schema when it has no such table.
///
/// # Errors
/// When it is out of reach, holds rows that are not ours, or its role may not do
/// what a campaign needs, each with the repair.
pub(super) async fn accept(url: &str, rights: &[&str]) -> Result<ApplicationUrls, Fault> {
    let (mut database, place) = (connect(url).await?, place_of(url));
    ensure_table(&mut database, &place).await?;
    let all = "select bool_and(has_table_privilege('car_entities', name)) from unnest($1::text[]) as name";
    let may: bool = sqlx::query_scalar(all).bind(rights).fetch_one(&mut database).await.map_err(refused)?;
    if !may {
        return Err(Fault::failed(format!(
            "the role of {place} may not do to car_entities what a campaign does"
        ))
        .repair(format!("grant {} on car_entities to it", rights.join(", "))));
    }
    refuse_foreign_rows(&mut database, &place).await?;
    let statistics = statistics(&mut database, &place).await?;
    let mut facts = settings(&mut database).await?;
    facts.extend([checkpoint::fact(&mut database).await]);
    close(database).await;
    Ok(ApplicationUrls { service: url.to_owned(), runner: url.to_owned(), statistics, facts })
}

/// The same for use by hand: nothing will be emptied, so rows may be anybody's.
///
/// # Errors
/// When it is out of reach, or has no table and its role cannot make it.
pub(super) async fn accept_for_use(url: &str) -> Result<ApplicationUrls, Fault> {
    let mut database = connect(url).await?;
    ensure_table(&mut database, &place_of(url)).await?;
    let facts = settings(&mut database).await?;
    close(database).await;
    Ok(ApplicationUrls { service: url.to_owned(), runner: url.to_owned(), statistics: false, facts })
}

async fn ensure_table(database: &mut PgConnection, place: &str) -> Result<(), Fault> {
    if scalar(database, "select to_regclass('car_entities') is not null").await? {
        return Ok(());
    }
    sqlx::raw_sql(SCHEMA).execute(database).await.map(drop).map_err(|error| {
        Fault::failed(format!("{place} has no table car_entities and this role cannot make it"))
            .cause(error)
            .repair("apply postgres/schema.sql as the database's owner")
    })
}

/// A campaign empties the table; somebody's data must not be lost by a wrong URL.
async fn refuse_foreign_rows(database: &mut PgConnection, place: &str) -> Result<(), Fault> {
    let foreign: Option<String> = sqlx::query_scalar("select id from car_entities where id !~ $1 limit 1")
        .bind(OWN_ID)
        .fetch_optional(database)
        .await
        .map_err(refused)?;
    match foreign {
        None => Ok(()),
        Some(id) => Err(Fault::failed(format!(
            "car_entities of {place} holds rows that no campaign has made, such as {id:?}"
        ))
        .repair("a campaign empties the table: name another database, or empty it yourself")),
    }
}

async fn statistics(database: &mut PgConnection, place: &str) -> Result<bool, Fault> {
    // Asked of the statistics themselves: only some roles may read the setting that loads them.
    let keeps = sqlx::query("select from pg_stat_statements limit 1").execute(&mut *database).await.is_ok();
    if !keeps {
        return Ok(false);
    }
    let may: bool = scalar(
        database,
        "select coalesce(bool_or(has_function_privilege(oid, 'execute')), false)
           from pg_proc where proname = 'pg_stat_statements_reset'",
    )
    .await?;
    if may {
        return Ok(true);
    }
    Err(Fault::failed(format!("the role of {place} may not reset the statement statistics")).repair(
        "grant execute on function pg_stat_statements_reset to it; without that, \
         statements of an earlier test run would be counted again",
    ))
}

/// Empties the table and the statement statistics, and writes a checkpoint where the
/// role may: what was written before costs the next load nothing.
///
/// # Errors
/// When the database is away or refuses.
pub(super) async fn clear(urls: &ApplicationUrls) -> Result<(), Fault> {
    let mut database = connect(&urls.runner).await?;
    sqlx::raw_sql(CLEAR).execute(&mut database).await.map_err(refused)?;
    if urls.statistics {
        let reset = "select pg_stat_statements_reset(0, \
                     (select oid from pg_database where datname = current_database()), 0)";
        sqlx::raw_sql(reset).execute(&mut database).await.map_err(refused)?;
    }
    checkpoint::write(&mut database, &urls.facts).await.map_err(refused)?;
    close(database).await;
    Ok(())
}

/// Bytes of the table with its indexes.
///
/// # Errors
/// When the database is away or refuses.
pub(super) async fn table_bytes(urls: &ApplicationUrls) -> Result<Option<u64>, Fault> {
    let mut database = connect(&urls.runner).await?;
    let bytes: i64 = sqlx::query_scalar("select pg_total_relation_size('car_entities')")
        .fetch_one(&mut database)
        .await
        .map_err(refused)?;
    close(database).await;
    Ok(u64::try_from(bytes).ok())
}

/// Whether exactly the template's row is stored under this id.
///
/// # Errors
/// When the row is missing or another, or the database is away.
pub(super) async fn find_row(
    urls: &ApplicationUrls,
    template: &EventTemplate,
    id: &str,
) -> Result<(), Fault> {
    let mut database = connect(&urls.runner).await?;
    let equal: Option<bool> =
        sqlx::query_scalar("select data = $3::jsonb from car_entities where entity_type = $1 and id = $2")
            .bind(&template.entity_type)
            .bind(id)
            .bind(&template.attributes)
            .fetch_optional(&mut database)
            .await
            .map_err(refused)?;
    close(database).await;
    match equal {
        Some(true) => Ok(()),
        Some(false) => Err(Fault::failed(format!("the row of event {id} differs from what was sent"))),
        None => Err(Fault::failed(format!("event {id} was acknowledged and its row is not there"))),
    }
}

async fn settings(database: &mut PgConnection) -> Result<BTreeMap<String, String>, Fault> {
    let names: Vec<String> = SETTINGS.iter().map(|name| (*name).to_owned()).collect();
    let rows: Vec<(String, String)> =
        sqlx::query_as("select name, current_setting(name) from pg_settings where name = any($1)")
            .bind(names)
            .fetch_all(database)
            .await
            .map_err(refused)?;
    // Packagers append their own name to the version: "15.18 (Debian 15.18-0+deb12u1)".
    let first_word = |value: String| value.split_whitespace().next().unwrap_or_default().to_owned();
    Ok(rows.into_iter().map(|(name, value)| (name, first_word(value))).collect())
}

/// Connects, without a word of it in the log.
///
/// # Errors
/// When the URL is none, or the server is out of reach; never with its password.
async fn connect(url: &str) -> Result<PgConnection, Fault> {
    let options = options(url)?;
    let place = place_of(url);
    let unreachable = || Fault::failed(format!("{place} cannot be reached"));
    let repair = "check that the server runs, the host and port, and the role's password";
    match tokio::time::timeout(CONNECT_PATIENCE, options.disable_statement_logging().connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(unreachable().cause(error).repair(repair)),
        Err(_) => Err(unreachable()
            .cause(format!("no answer within {} s", CONNECT_PATIENCE.as_secs()))
            .repair(repair)),
    }
}

fn options(url: &str) -> Result<PgConnectOptions, Fault> {
    // The parser's own error may quote the URL, and with it the password.
    PgConnectOptions::from_str(url).map_err(|_| {
        Fault::usage("the URL of the application database cannot be understood")
            .repair("write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    })
}

/// `database car_entities at 127.0.0.1:5432`.
fn place_of(url: &str) -> String {
    PgConnectOptions::from_str(url).map_or_else(
        |_| "the database".to_owned(),
        |options| {
            let name = options.get_database().unwrap_or("(default)");
            format!("database {name} at {}:{}", options.get_host(), options.get_port())
        },
    )
}

async fn execute(connection: &mut PgConnection, statement: &str) -> Result<(), Fault> {
    // Only words of this file and hexadecimal digits are in these statements.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map_err(refused)?;
    Ok(())
}

async fn scalar(connection: &mut PgConnection, query: &'static str) -> Result<bool, Fault> {
    sqlx::query_scalar(query).fetch_one(connection).await.map_err(refused)
}

async fn close(connection: PgConnection) {
    // The server notices a connection that is gone; there is nothing to tell.
    let _ = connection.close().await;
}

fn refused(error: sqlx::Error) -> Fault {
    Fault::failed("the application database refused a statement").cause(error)
}
