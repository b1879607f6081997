//! The metrics database: one file per table, and the only SQL about metrics.

mod audits;
mod campaigns;
mod ceilings;
mod checks;
mod connection;
mod db_activity_metrics;
mod db_counters;
mod db_statement_metrics;
mod missing_sources;
mod performance_metrics;
mod phase_windows;
mod resource_metrics;
mod row;
mod schema;
mod second_metrics;
mod test_phases;
mod test_runs;
mod window_uses;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, Transaction};

use self::row::RowError;
pub use self::schema::{MIGRATIONS, SchemaFile};
use crate::{
    fault::Fault,
    model::{
        Campaign, CampaignId, CampaignStatus, CampaignSummary, Check, Samples, StoredCampaign, StoredRun,
        TestRun, TestRunId,
    },
};

/// A metrics database whose schema is the one this runner knows.
#[derive(Debug)]
pub struct Postgres {
    pool: PgPool,
    /// `host:port/database`: what messages call it. Neither user nor password.
    place: String,
}

impl Postgres {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// When the URL is none, when the database is out of reach, when its schema is
    /// newer than this runner or was made by another history of migrations, and
    /// when migrating fails. No message holds a password.
    pub async fn connect(metrics_url: &str) -> Result<Self, Fault> {
        let (pool, place) = connection::open(metrics_url).await?;
        schema::migrate(&pool, &place).await?;
        Ok(Self { pool, place })
    }

    /// Connects for reading: the schema must be the one this runner knows already.
    ///
    /// # Errors
    /// As [`Postgres::connect`], and when the schema is older than this runner.
    pub async fn look(metrics_url: &str) -> Result<Self, Fault> {
        let (pool, place) = connection::open(metrics_url).await?;
        schema::demand_current(&pool, &place).await?;
        Ok(Self { pool, place })
    }

    pub(super) async fn insert_campaign(&self, campaign: &Campaign) -> Result<(), Fault> {
        let stored = async {
            let mut transaction = self.pool.begin().await?;
            campaigns::insert(&mut transaction, campaign).await?;
            ceilings::insert(&mut transaction, &campaign.id, &campaign.ceilings).await?;
            transaction.commit().await.map_err(RowError::from)
        };
        stored.await.map_err(|error| self.not_written(&format!("campaign {}", campaign.id), error))
    }

    pub(super) async fn save_run(
        &self,
        campaign: &CampaignId,
        run: &TestRun,
        checks: &[Check],
    ) -> Result<(), Fault> {
        let stored = async {
            let mut transaction = self.pool.begin().await?;
            test_runs::insert(&mut transaction, campaign, run).await?;
            test_phases::insert(&mut transaction, run).await?;
            performance_metrics::insert(&mut transaction, run).await?;
            phase_windows::insert(&mut transaction, run).await?;
            second_metrics::insert(&mut transaction, run).await?;
            if let Some(samples) = &run.samples {
                insert_samples(&mut transaction, &run.id, samples).await?;
            }
            if let Some(audit) = &run.audit {
                audits::insert(&mut transaction, &run.id, audit).await?;
            }
            db_statement_metrics::insert(&mut transaction, run).await?;
            checks::insert(&mut transaction, (campaign, &run.id), checks).await?;
            transaction.commit().await.map_err(RowError::from)
        };
        stored.await.map_err(|error| self.not_written(&format!("test run {}", run.id), error))
    }

    pub(super) async fn finish_campaign(
        &self,
        id: &CampaignId,
        status: CampaignStatus,
        finished_at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let stored = async {
            let mut connection = self.pool.acquire().await?;
            campaigns::finish(&mut connection, id, (status, finished_at)).await
        };
        match stored.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Fault::failed(format!("campaign {id} is not in {}", self.named()))),
            Err(error) => Err(self.not_written(&format!("the end of campaign {id}"), error)),
        }
    }

    /// It is not finished any more.
    pub(super) async fn resume_campaign(&self, campaign: &Campaign) -> Result<(), Fault> {
        let stored = async {
            let mut connection = self.pool.acquire().await?;
            campaigns::resume(&mut connection, campaign).await
        };
        stored
            .await
            .map_err(|error| self.not_written(&format!("that campaign {} goes on", campaign.id), error))
    }

    /// Whether there was such a campaign.
    pub(super) async fn delete(&self, id: &CampaignId) -> Result<bool, Fault> {
        let deleted = async {
            let mut connection = self.pool.acquire().await?;
            campaigns::delete(&mut connection, id).await
        };
        deleted.await.map_err(|error| {
            Fault::failed(format!("cannot delete campaign {id} from {}", self.named()))
                .cause(error)
                .repair("give its role the right to delete there")
        })
    }

    /// A cluster that runs for one command at a time has no time to tidy up by itself.
    pub(super) async fn reclaim(&self) {
        if let Err(error) = sqlx::raw_sql("vacuum").execute(&self.pool).await {
            tracing::warn!(%error, "the metrics database was not tidied up");
        }
    }

    pub(super) async fn list(&self) -> Result<Vec<CampaignSummary>, Fault> {
        let found = async {
            let mut connection = self.pool.acquire().await?;
            campaigns::list(&mut connection).await
        };
        found.await.map_err(|error| self.not_read("the list of campaigns", error))
    }

    /// None when there is no such campaign. What was sampled is left out but for its
    /// time and what was missing.
    pub(super) async fn load(&self, id: &CampaignId) -> Result<Option<StoredCampaign>, Fault> {
        self.try_load(id).await.map_err(|error| self.not_read(&format!("campaign {id}"), error))
    }

    async fn try_load(&self, id: &CampaignId) -> Result<Option<StoredCampaign>, RowError> {
        let mut transaction = self.snapshot().await?;
        let Some(mut campaign) = campaigns::load(&mut transaction, id).await? else { return Ok(None) };
        campaign.ceilings = ceilings::of_campaign(&mut transaction, id).await?;
        let mut phases = test_phases::of_campaign(&mut transaction, id).await?;
        let mut audits = audits::of_campaign(&mut transaction, id).await?;
        let mut checks = checks::of_campaign(&mut transaction, id).await?;
        let mut missing = missing_sources::of_campaign(&mut transaction, id).await?;
        let runs = test_runs::of_campaign(&mut transaction, id).await?;
        let runs = runs
            .into_iter()
            .map(|mut run| {
                (run.planned, run.phases) = phases.remove(&run.id).unwrap_or_default();
                run.audit = audits.remove(&run.id);
                if let Some(samples) = &mut run.samples {
                    samples.missing = missing.remove(&run.id).unwrap_or_default();
                }
                StoredRun { checks: checks.remove(&run.id).unwrap_or_default(), run }
            })
            .collect();
        Ok(Some(StoredCampaign { campaign, runs }))
    }

    /// What was sampled in a test run, in the order of time.
    pub(super) async fn add_series(&self, run: &TestRunId, samples: &mut Samples) -> Result<(), Fault> {
        let read = async {
            let mut transaction = self.snapshot().await?;
            samples.resources = resource_metrics::of_run(&mut transaction, run).await?;
            samples.activity = db_activity_metrics::of_run(&mut transaction, run).await?;
            samples.database = db_counters::of_run(&mut transaction, run).await?;
            Ok(())
        };
        read.await.map_err(|error| self.not_read(&format!("the samples of test run {run}"), error))
    }

    /// One look at all tables, so that a run being saved meanwhile is there whole or not at all.
    async fn snapshot(&self) -> Result<Transaction<'_, sqlx::Postgres>, RowError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    fn named(&self) -> String {
        format!("the metrics database at {}", self.place)
    }

    fn not_written(&self, what: &str, error: RowError) -> Fault {
        let repair = if error.is_out_of_space() {
            "make room on the disk of the metrics database; what was measured is whole in the results folder"
        } else {
            "what was measured is whole in the results folder, and reports can be made from there"
        };
        Fault::failed(format!("cannot store {what} in {}", self.named())).cause(error).repair(repair)
    }

    fn not_read(&self, what: &str, error: RowError) -> Fault {
        Fault::failed(format!("cannot read {what} from {}", self.named()))
            .cause(error)
            .repair("check that the database is running and that nobody else has written to its tables")
    }
}

async fn insert_samples(
    connection: &mut PgConnection,
    run: &TestRunId,
    samples: &Samples,
) -> Result<(), RowError> {
    // Every field by name: a new one must find its table. Those left out here
    // stand with the test run.
    let Samples { released_at: _, processors: _, resources, activity, database, missing } = samples;
    resource_metrics::insert(connection, run, resources).await?;
    db_activity_metrics::insert(connection, run, activity).await?;
    db_counters::insert(connection, run, database).await?;
    missing_sources::insert(connection, run, missing).await
}
