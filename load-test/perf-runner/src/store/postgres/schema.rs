//! Brings the schema of `postgres/metrics` up to date.

use std::borrow::Cow;

use sqlx::{
    PgPool, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::row::RowError;
use crate::fault::Fault;

/// One file of `postgres/metrics`.
#[derive(Debug, Clone, Copy)]
pub struct SchemaFile {
    /// Its number.
    pub version: i64,
    /// Its name without the ending.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
}

macro_rules! schema_file {
    ($version:literal, $name:literal) => {
        SchemaFile {
            version: $version,
            name: $name,
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../postgres/metrics/", $name, ".sql")),
        }
    };
}

/// Every change of the schema, in order.
pub const MIGRATIONS: [SchemaFile; 23] = [
    schema_file!(1, "0001_campaigns"),
    schema_file!(2, "0002_test_runs"),
    schema_file!(3, "0003_test_phases"),
    schema_file!(4, "0004_performance_metrics"),
    schema_file!(5, "0005_second_metrics"),
    schema_file!(6, "0006_resource_metrics"),
    schema_file!(7, "0007_db_statement_metrics"),
    schema_file!(8, "0008_db_activity_metrics"),
    schema_file!(9, "0009_audits"),
    schema_file!(10, "0010_checks"),
    schema_file!(11, "0011_ceilings"),
    schema_file!(12, "0012_campaigns_resumed"),
    schema_file!(13, "0013_test_runs_sampled"),
    schema_file!(14, "0014_phase_windows"),
    schema_file!(15, "0015_window_uses"),
    schema_file!(16, "0016_resource_metrics_moments"),
    schema_file!(17, "0017_db_activity_metrics_moments"),
    schema_file!(18, "0018_db_counters"),
    schema_file!(19, "0019_missing_sources"),
    schema_file!(20, "0020_columns_never_filled"),
    schema_file!(21, "0021_audits_merged"),
    schema_file!(22, "0022_audits_statements_missing"),
    schema_file!(23, "0023_test_runs_disk"),
];

pub(super) async fn migrate(pool: &PgPool, place: &str) -> Result<(), Fault> {
    refuse_newer(pool, place).await?;
    let migrations = MIGRATIONS.map(|file| {
        Migration::new(
            file.version,
            Cow::Borrowed(file.name),
            MigrationType::Simple,
            file.sql.into_sql_str(),
            false,
        )
    });
    let migrator = Migrator { migrations: Cow::Owned(migrations.to_vec()), ..Migrator::DEFAULT };
    migrator.run(pool).await.map_err(|error| not_migrated(place, error))
}

/// Whoever may not change the schema needs it as it is.
pub(super) async fn demand_current(pool: &PgPool, place: &str) -> Result<(), Fault> {
    refuse_newer(pool, place).await?;
    let found = found_version(pool, place).await?;
    if found < known_version() {
        let has = found.map_or("none".to_owned(), |version| version.to_string());
        return Err(Fault::failed(format!(
            "the metrics database at {place} has schema version {has}, older than this runner's"
        ))
        .repair("wait until nobody uses it: then this runner brings it up to date"));
    }
    Ok(())
}

fn known_version() -> Option<i64> {
    MIGRATIONS.map(|file| file.version).into_iter().max()
}

async fn found_version(pool: &PgPool, place: &str) -> Result<Option<i64>, Fault> {
    applied_version(pool).await.map_err(|error| {
        Fault::failed(format!("cannot read the schema version of the metrics database at {place}"))
            .cause(error)
            .repair("give its role the right to read and create tables there")
    })
}

/// A newer runner's tables may mean something else under the same names.
async fn refuse_newer(pool: &PgPool, place: &str) -> Result<(), Fault> {
    match (found_version(pool, place).await?, known_version()) {
        (Some(found), Some(known)) if found > known => Err(Fault::failed(format!(
            "the metrics database at {place} has schema version {found}, this runner knows up to {known}"
        ))
        .repair("use the newer runner that made it, or give the URL of another database")),
        _ => Ok(()),
    }
}

async fn applied_version(pool: &PgPool) -> Result<Option<i64>, RowError> {
    let is_there: bool =
        sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null").fetch_one(pool).await?;
    if !is_there {
        return Ok(None);
    }
    Ok(sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(pool).await?)
}

fn not_migrated(place: &str, error: MigrateError) -> Fault {
    let repair = match &error {
        MigrateError::VersionMismatch(_) | MigrateError::VersionMissing(_) => {
            "its schema was made from other files than this runner's; give the URL of another database"
        }
        _ => "give its role the right to create tables there, or give the URL of an empty database",
    };
    Fault::failed(format!("cannot bring the metrics database at {place} up to date"))
        .cause(error)
        .repair(repair)
}
