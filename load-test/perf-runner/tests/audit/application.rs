//! A database as the services find it, and a load that was told to have happened.

use std::collections::BTreeMap;

use perf_runner::{
    audit::{self, Sent},
    fault::Fault,
    model::{
        ApplicationDatabase, Audit, EntityId, EventTemplate, ExitMeaning, FailureKind, LoadResult,
        PayloadSize, PhaseNumbers, StoredFacts, Unacknowledged, Updates,
    },
};
use postgres_cluster::TemporaryCluster;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

pub(crate) const TAG: &str = "1a2b3c4d";

const UPSERT: &str = include_str!("../../../../postgres/queries/upsert.sql");

pub(crate) struct Application {
    pub(crate) cluster: TemporaryCluster,
    pub(crate) templates: Vec<EventTemplate>,
    pub(crate) producer: PgConnection,
}

impl Application {
    /// A fresh database with schema and roles, with or without statement statistics.
    pub(crate) async fn start(statistics: bool) -> Self {
        let cluster = TemporaryCluster::start().unwrap();
        let mut server = PgConnection::connect(&cluster.superuser_url()).await.unwrap();
        server.execute("create database car_entities").await.unwrap();
        let mut owner = PgConnection::connect(&cluster.url("postgres", "car_entities")).await.unwrap();
        for script in
            [include_str!("../../../../postgres/schema.sql"), include_str!("../../../../postgres/roles.sql")]
        {
            sqlx::raw_sql(script).execute(&mut owner).await.unwrap();
        }
        for role in ["producer", "perf_runner"] {
            let password = format!("alter role {role} password '{}'", cluster.password());
            owner.execute(AssertSqlSafe(password)).await.unwrap();
        }
        if statistics {
            owner.execute("create extension pg_stat_statements").await.unwrap();
        }
        let producer = PgConnection::connect(&cluster.url("producer", "car_entities")).await.unwrap();
        let templates = perf_runner::load::make_templates(PayloadSize::Default, 1).unwrap();
        Self { cluster, templates, producer }
    }

    /// Someone who may do what a service may not.
    pub(crate) async fn owner(&self) -> PgConnection {
        PgConnection::connect(&self.cluster.url("postgres", "car_entities")).await.unwrap()
    }

    /// The id that this call of the first VU sends.
    pub(crate) fn id(&self, call: u64) -> String {
        let kind = &self.template(call).kind;
        EntityId { kind, tag: TAG, vu: 1, call }.to_string()
    }

    pub(crate) fn template(&self, call: u64) -> &EventTemplate {
        &self.templates[EntityId::template_index(1, call, self.templates.len())]
    }

    /// Stores what this call sent, as a service does.
    pub(crate) async fn store(&mut self, call: u64) {
        let id = self.id(call);
        let (entity_type, attributes) =
            (self.template(call).entity_type.clone(), self.template(call).attributes.clone());
        self.upsert(&entity_type, &id, &attributes).await;
    }

    pub(crate) async fn upsert(&mut self, entity_type: &str, id: &str, attributes: &str) {
        sqlx::query(UPSERT)
            .bind([entity_type])
            .bind([id])
            .bind([attributes])
            .execute(&mut self.producer)
            .await
            .unwrap();
    }

    pub(crate) fn database(&self) -> ApplicationDatabase {
        ApplicationDatabase::Postgres {
            service_url: self.cluster.url("producer", "car_entities"),
            runner_url: self.cluster.url("perf_runner", "car_entities"),
            owner_url: None,
        }
    }

    pub(crate) async fn read(&self, load: &LoadResult) -> Result<StoredFacts, Fault> {
        audit::read(&self.database(), &Sent { tag: TAG, templates: &self.templates, load }).await
    }

    pub(crate) async fn audit(&self, load: &LoadResult) -> Audit {
        audit::judge(load, &self.read(load).await.unwrap())
    }
}

/// A load of so many acknowledged events, and these others.
pub(crate) fn load(acknowledged: u64, refused: &[String], unanswered: &[String]) -> LoadResult {
    let kind = FailureKind("unavailable".to_owned());
    let attempts = acknowledged + (refused.len() + unanswered.len()) as u64;
    let named = |id: &String, failed| Unacknowledged { entity_id: id.clone(), failed };
    let phase = PhaseNumbers {
        name: "p1".to_owned(),
        iterations: attempts,
        attempts,
        acknowledged,
        failed: BTreeMap::from([(kind.clone(), refused.len() as u64)]),
        unknown: unanswered.len() as u64,
        updates: Updates::default(),
        dropped: 0,
        connections_opened: Some(1),
        sent_bytes: 0,
        received_bytes: 0,
        request: None,
        iteration: None,
    };
    LoadResult {
        exit: ExitMeaning { code: Some(0), text: String::new(), usable: true },
        phases: vec![phase],
        phase_ms: BTreeMap::new(),
        unacknowledged: refused
            .iter()
            .map(|id| named(id, Some(kind.clone())))
            .chain(unanswered.iter().map(|id| named(id, None)))
            .collect(),
        unacknowledged_complete: true,
        seconds: None,
        started_at: None,
        summary_differences: None,
    }
}
