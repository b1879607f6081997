//! A checkpoint before each load, so that what was written before costs it nothing.

use std::collections::BTreeMap;

use sqlx::PgConnection;

/// What the database's facts call it, and what they say where it is done.
const FACT: &str = "checkpoint_before_load";
const DONE: &str = "yes";

/// Lets the runner's role write checkpoints, where the server knows such a right.
///
/// # Errors
/// When the server refuses.
pub(super) async fn allow(server: &mut PgConnection) -> Result<(), sqlx::Error> {
    let grant = "do $$ begin
        if exists (select from pg_roles where rolname = 'pg_checkpoint') then
            grant pg_checkpoint to perf_runner;
        end if;
    end $$";
    sqlx::raw_sql(grant).execute(server).await.map(drop)
}

/// Tries one, and gives what the facts say of it: a role that may not is measured all
/// the same, though not to be compared with one that does.
pub(super) async fn fact(database: &mut PgConnection) -> (String, String) {
    let written = sqlx::raw_sql("checkpoint").execute(database).await;
    (FACT.to_owned(), if written.is_ok() { DONE } else { "refused" }.to_owned())
}

/// Writes one, where the facts say that it is done.
///
/// # Errors
/// When the server refuses it all the same.
pub(super) async fn write(
    database: &mut PgConnection,
    facts: &BTreeMap<String, String>,
) -> Result<(), sqlx::Error> {
    if facts.get(FACT).is_some_and(|said| said == DONE) {
        sqlx::raw_sql("checkpoint").execute(database).await?;
    }
    Ok(())
}
