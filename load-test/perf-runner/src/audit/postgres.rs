//! The audit's questions to a real database: one statement for the rows, one for
//! the statistics, whatever the number of rows, and one more when some are wrong.

use std::str::FromStr as _;

use sqlx::{
    Connection as _, PgConnection, Postgres, Row as _,
    postgres::{PgArguments, PgConnectOptions},
    query::Query,
};

use super::Sent;
use crate::{
    fault::Fault,
    model::{EventTemplate, StoredFacts},
    statements::{self, count},
};

const COUNTS: &str = concat!(include_str!("sql/seen.sql"), include_str!("sql/counts.sql"));
const EXAMPLES: &str = concat!(include_str!("sql/seen.sql"), include_str!("sql/examples.sql"));

pub(super) async fn read(service_url: &str, runner_url: &str, sent: &Sent<'_>) -> Result<StoredFacts, Fault> {
    let role = options(service_url)?.get_username().to_owned();
    let mut database = PgConnection::connect_with(&options(runner_url)?).await.map_err(|error| {
        Fault::failed("cannot reach the application database for the audit")
            .cause(error)
            .repair("the database must outlive the service; look at its log")
    })?;
    let mut facts = rows(&mut database, sent).await.map_err(|error| {
        Fault::failed("cannot read the stored rows back for the audit")
            .cause(error)
            .repair("the runner's role must be able to select from car_entities")
    })?;
    match statements::read(&mut database, &role).await {
        Ok(statements) => facts.statements = Some(statements),
        Err(error) => {
            if let Some(reason) = statements::why_missing(&error) {
                facts.statements_missing = Some(reason.to_owned());
            } else {
                let fault = Fault::failed("cannot read the statement statistics for the audit");
                return Err(fault.cause(error).repair("look at the log of the application database"));
            }
        }
    }
    // The answers are here; a connection that cannot say goodbye changes none of them.
    let _ = database.close().await;
    Ok(facts)
}

/// The text of an URL's error names the URL's parts, a password among them: it is not passed on.
fn options(url: &str) -> Result<PgConnectOptions, Fault> {
    PgConnectOptions::from_str(url).map_err(|_| {
        Fault::usage("the URL of the application database cannot be understood")
            .repair("write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    })
}

async fn rows(database: &mut PgConnection, sent: &Sent<'_>) -> Result<StoredFacts, sqlx::Error> {
    let row = asked(COUNTS, sent).fetch_one(&mut *database).await?;
    let mut facts = StoredFacts {
        rows: count(&row, "rows")?,
        expected_rows: count(&row, "expected_rows")?,
        expected_ids: count(&row, "expected_ids")?,
        failed_but_stored: count(&row, "failed_but_stored")?,
        unknown_and_stored: count(&row, "unknown_and_stored")?,
        content_differs: count(&row, "content_differs")?,
        examples: Vec::new(),
        statements: None,
        statements_missing: None,
    };
    // A second pass over millions of rows, for once.
    if facts.rows > facts.expected_rows || facts.failed_but_stored > 0 || facts.content_differs > 0 {
        let rows = asked(EXAMPLES, sent).fetch_all(database).await?;
        facts.examples = rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?;
    }
    Ok(facts)
}

/// A statement about the rows, with all that it needs to know.
fn asked<'q>(statement: &'static str, sent: &Sent<'q>) -> Query<'q, Postgres, PgArguments> {
    let column = |of: fn(&EventTemplate) -> &str| sent.templates.iter().map(of).collect::<Vec<&'q str>>();
    sqlx::query(statement)
        .bind(sent.tag)
        .bind(i64::try_from(sent.attempts()).unwrap_or(i64::MAX))
        .bind(column(|template| &template.kind))
        .bind(column(|template| &template.entity_type))
        .bind(column(|template| &template.attributes))
        .bind(sent.unacknowledged(true))
        .bind(sent.unacknowledged(false))
}
