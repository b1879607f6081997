//! The application database as the runner makes it: schema, roles, nothing else.

use std::time::Duration;

use postgres_cluster::{SUPERUSER, TemporaryCluster};
use tokio::task::{block_in_place, spawn_blocking};
use tokio::time::sleep;
use tokio_postgres::{Client, NoTls, Row};

use crate::within;

const SCHEMA: &str = include_str!("../../../../postgres/schema.sql");
const ROLES: &str = include_str!("../../../../postgres/roles.sql");
const DATABASE: &str = "car_entities";
const ASK_INTERVAL: Duration = Duration::from_millis(20);

/// A cluster with the database `car_entities`, its table and its roles. Gone when dropped.
#[derive(Debug)]
pub struct ApplicationDatabase {
    cluster: TemporaryCluster,
}

impl ApplicationDatabase {
    /// Starts one with the schema and the roles applied.
    pub async fn start() -> Self {
        let cluster = spawn_blocking(TemporaryCluster::start).await.expect("the cluster's thread ends");
        let database = Self { cluster: cluster.expect("a PostgreSQL server starts") };
        connect(&database.cluster.superuser_url())
            .await
            .batch_execute(&format!("create database {DATABASE}"))
            .await
            .expect("the database is made");
        let password = database.cluster.password();
        let owner = database.owner().await;
        owner.batch_execute(SCHEMA).await.expect("schema.sql applies");
        owner.batch_execute(ROLES).await.expect("roles.sql applies");
        for role in ["producer", "perf_runner"] {
            let sql = format!("alter role {role} password '{password}'");
            owner.batch_execute(&sql).await.expect("the role gets its password");
        }
        database
    }

    /// The URL that a service is given.
    pub fn producer_url(&self) -> String {
        self.cluster.url("producer", DATABASE)
    }

    /// The URL that the runner uses.
    pub fn runner_url(&self) -> String {
        self.cluster.url("perf_runner", DATABASE)
    }

    /// The URL of the database's owner, a superuser.
    pub fn owner_url(&self) -> String {
        self.cluster.url(SUPERUSER, DATABASE)
    }

    /// A connection as the owner of the database.
    pub async fn owner(&self) -> Client {
        connect(&self.owner_url()).await
    }

    /// Every row as (type, id, data as text), in key order.
    pub async fn rows(&self) -> Vec<(String, String, String)> {
        let sql = "select entity_type, id, data::text from car_entities order by 1, 2";
        let rows = self.owner().await.query(sql, &[]).await.expect("the rows are read");
        rows.iter().map(|row: &Row| (row.get(0), row.get(1), row.get(2))).collect()
    }

    /// Returns when this query, which gives one boolean, gives true. Gives up, and fails, after a minute.
    pub async fn wait_until(&self, sql: &str) {
        let owner = self.owner().await;
        let come_true = async {
            while !owner.query_one(sql, &[]).await.expect("the question is answered").get::<_, bool>(0) {
                sleep(ASK_INTERVAL).await;
            }
        };
        within(sql, come_true).await;
    }

    /// Takes the server away; [`ApplicationDatabase::resume`] brings it back. Needs a runtime of several threads.
    pub fn pause(&mut self) {
        block_in_place(|| self.cluster.pause()).expect("the server stops");
    }

    /// Brings the server back on the same port.
    pub fn resume(&mut self) {
        block_in_place(|| self.cluster.resume()).expect("the server starts again");
    }
}

/// Opens a connection and leaves its driver to the runtime.
async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the database answers");
    tokio::spawn(connection);
    client
}
