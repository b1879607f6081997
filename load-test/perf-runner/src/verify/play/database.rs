use std::{io, str::FromStr as _, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{
    ConnectOptions as _, Executor as _, PgConnection, Row as _,
    postgres::{PgConnectOptions, PgRow},
};

use crate::{
    fault::Fault,
    verify::{
        case::GivenRow,
        compare::rows::{ExpectedRow, StoredRow, Times},
    },
};

/// A database that is there answers far sooner; one that is not may never refuse.
const PATIENCE: Duration = Duration::from_secs(10);

/// Both times of every given row: long before any case is played.
const GIVEN_AT: &str = "2001-02-03T04:05:06Z";

/// Where the table is put while it is missing.
const HIDDEN: &str = "car_entities_moved_by_a_case";
/// The constraint by which the database refuses every row.
const REFUSAL: &str = "refused_by_a_case";

/// What the runner's role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    /// May move the table and change its constraints.
    pub(super) owns_table: bool,
    /// May end connections and keep others from connecting.
    pub(super) is_superuser: bool,
}

/// The database that a service writes to.
pub(super) struct Database {
    connection: PgConnection,
    options: PgConnectOptions,
    pub(super) rights: Rights,
}

impl Database {
    /// Connects and sees what may be done.
    ///
    /// # Errors
    /// When the URL makes no sense, the database is out of reach or lacks the table, or
    /// the role may not empty it.
    pub(super) async fn open(url: &str) -> Result<Self, Fault> {
        // The parser's own error may quote the URL, and with it the password.
        let options = PgConnectOptions::from_str(url).map_err(|_| {
            Fault::usage("the URL of the database that the service writes to cannot be understood")
                .repair("write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
        })?;
        let connection = connect(&options).await.map_err(|source| {
            let place = format!("{}:{}", options.get_host(), options.get_port());
            Fault::failed(format!("cannot reach the database that the service writes to at {place}"))
                .cause(source)
                .repair("give the URL of the database the service was started with")
        })?;
        let rights = Rights { owns_table: false, is_superuser: false };
        let mut database = Self { connection, options, rights };
        database.repair().await?;
        database.rights = database.read_rights().await?;
        Ok(database)
    }

    async fn read_rights(&mut self) -> Result<Rights, Fault> {
        let row = sqlx::query(
            "select pg_has_role(c.relowner, 'usage') and has_schema_privilege(c.relnamespace, 'create'), \
                    current_setting('is_superuser') = 'on', \
                    has_table_privilege(c.oid, 'truncate') and has_table_privilege(c.oid, 'insert') \
                    and has_table_privilege(c.oid, 'select') \
               from pg_class c where c.oid = to_regclass('car_entities')",
        )
        .fetch_optional(&mut self.connection)
        .await
        .map_err(unusable)?;
        let schema = "apply postgres/schema.sql and postgres/roles.sql to it";
        let Some(row) = row else {
            return Err(Fault::failed("the database has no table car_entities").repair(schema));
        };
        let right = |column: usize| row.try_get::<bool, _>(column).map_err(unusable);
        if !right(2)? {
            let what = "the database's role may not empty the table car_entities, which every case needs";
            return Err(Fault::failed(what).repair(schema));
        }
        Ok(Rights { owns_table: right(0)?, is_superuser: right(1)? })
    }

    /// A second connection with the same rights.
    pub(super) async fn another(&self) -> Result<PgConnection, Fault> {
        connect(&self.options).await.map_err(unusable)
    }

    /// Leaves exactly these rows in the table; gives the database's time.
    pub(super) async fn prepare(&mut self, given: &[GivenRow]) -> Result<DateTime<Utc>, Fault> {
        self.connection.execute("truncate table car_entities").await.map_err(unusable)?;
        for row in given {
            sqlx::query(
                "insert into car_entities (entity_type, id, created_at, updated_at, data) \
                 values ($1, $2, $3::text::timestamptz, $3::text::timestamptz, $4::text::jsonb)",
            )
            .bind(&row.entity_type)
            .bind(&row.id)
            .bind(GIVEN_AT)
            .bind(row.data.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(unusable)?;
        }
        self.now().await
    }

    async fn now(&mut self) -> Result<DateTime<Utc>, Fault> {
        sqlx::query_scalar("select clock_timestamp()").fetch_one(&mut self.connection).await.map_err(unusable)
    }

    /// Reads the whole table, each row held against the expected one of its key by
    /// the database itself.
    pub(super) async fn rows(
        &mut self,
        expected: &[ExpectedRow],
        began: DateTime<Utc>,
    ) -> Result<(Vec<StoredRow>, Times), Fault> {
        let column =
            |part: fn(&ExpectedRow) -> &String| expected.iter().map(part).cloned().collect::<Vec<_>>();
        let rows = sqlx::query(
            "select c.entity_type, c.id, c.data::text, c.data = e.data::jsonb, c.created_at, c.updated_at \
               from car_entities c \
               left join unnest($1::text[], $2::text[], $3::text[]) as e (entity_type, id, data) \
                 on e.entity_type = c.entity_type and e.id = c.id",
        )
        .bind(column(|row| &row.content.entity_type))
        .bind(column(|row| &row.content.id))
        .bind(column(|row| &row.content.data))
        .fetch_all(&mut self.connection)
        .await
        .map_err(unusable)?;
        let stored = rows.iter().map(stored_row).collect::<Result<_, _>>().map_err(unusable)?;
        let given = DateTime::parse_from_rfc3339(GIVEN_AT).map(|time| time.to_utc()).unwrap_or_default();
        Ok((stored, Times { given, began, ended: self.now().await? }))
    }

    /// Moves the table out of the way.
    pub(super) async fn hide_table(&mut self) -> Result<(), Fault> {
        self.run(&format!("alter table car_entities rename to {HIDDEN}")).await
    }

    /// Makes the database refuse every row.
    pub(super) async fn refuse_writes(&mut self) -> Result<(), Fault> {
        self.run(&format!("alter table car_entities add constraint {REFUSAL} check (false) not valid")).await
    }

    /// Ends every other connection to this database and lets no new one in.
    /// Superusers still get in, so that a later start can always undo this.
    pub(super) async fn send_away(&mut self) -> Result<(), Fault> {
        self.limit_connections("0").await?;
        self.run(
            "select pg_terminate_backend(pid) from pg_stat_activity \
              where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
        )
        .await
    }

    async fn limit_connections(&mut self, limit: &str) -> Result<(), Fault> {
        let statement = format!(
            "do $$ begin execute format('alter database %I connection limit {limit}', current_database()); end $$"
        );
        self.run(&statement).await
    }

    /// Whether another connection to this database is a superuser's, whom no limit keeps out.
    pub(super) async fn serves_superuser(&mut self) -> Result<bool, Fault> {
        sqlx::query_scalar(
            "select exists (select from pg_stat_activity a join pg_roles r on r.oid = a.usesysid \
              where a.datname = current_database() and a.pid <> pg_backend_pid() and r.rolsuper \
                and a.backend_type = 'client backend')",
        )
        .fetch_one(&mut self.connection)
        .await
        .map_err(unusable)
    }

    /// Undoes whatever a case that was cut short has left behind.
    pub(super) async fn repair(&mut self) -> Result<(), Fault> {
        let left: PgRow = sqlx::query(
            "select to_regclass($1) is not null and to_regclass('car_entities') is null, \
                    exists (select from pg_constraint where conname = $2), \
                    (select datconnlimit = 0 from pg_database where datname = current_database())",
        )
        .bind(HIDDEN)
        .bind(REFUSAL)
        .fetch_one(&mut self.connection)
        .await
        .map_err(unusable)?;
        let is_left = |column: usize| left.try_get::<bool, _>(column).map_err(unusable);
        if is_left(2)? {
            self.limit_connections("-1").await?;
        }
        if is_left(0)? {
            self.run(&format!("alter table {HIDDEN} rename to car_entities")).await?;
        }
        if is_left(1)? {
            self.run(&format!("alter table car_entities drop constraint {REFUSAL}")).await?;
        }
        Ok(())
    }

    async fn run(&mut self, statement: &str) -> Result<(), Fault> {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        self.connection.execute(sqlx::raw_sql(statement)).await.map(|_| ()).map_err(unusable)
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let connected = tokio::time::timeout(PATIENCE, options.connect()).await;
    connected.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
}

fn stored_row(row: &PgRow) -> Result<StoredRow, sqlx::Error> {
    Ok(StoredRow {
        entity_type: row.try_get(0)?,
        id: row.try_get(1)?,
        data: row.try_get(2)?,
        equals_expected: row.try_get(3)?,
        created_at: row.try_get(4)?,
        updated_at: row.try_get(5)?,
    })
}

fn unusable(source: sqlx::Error) -> Fault {
    Fault::failed("the database that the service writes to cannot be used").cause(source)
}
