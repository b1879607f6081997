//! Keeps what was measured: facts and the verdicts on them, never conclusions.
//!
//! Everything is written to files below the results folder first and to the
//! metrics database second, so that a database that is full or away loses
//! nothing. Reading prefers the database and falls back on the files.

mod files;
mod postgres;
mod series;

use std::path::Path;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

pub use files::Files;
pub use postgres::{MIGRATIONS, Postgres, SchemaFile};

use crate::{
    fault::Fault,
    model::{
        Campaign, CampaignId, CampaignStatus, CampaignSummary, Check, Samples, StoredCampaign, TestRun,
        WhichCampaign,
    },
};

/// Where campaigns are kept. A fake runtime has no database.
#[derive(Debug)]
pub struct Store {
    files: Files,
    database: Option<Postgres>,
}

impl Store {
    /// Keeps campaigns in files below this folder alone.
    pub fn in_files(results: &Path) -> Self {
        Self { files: Files::new(results), database: None }
    }

    /// Keeps campaigns in files and in the metrics database behind this URL,
    /// whose schema is brought up to date.
    ///
    /// # Errors
    /// As [`Postgres::connect`].
    pub async fn connect(results: &Path, metrics_url: &str) -> Result<Self, Fault> {
        Ok(Self { files: Files::new(results), database: Some(Postgres::connect(metrics_url).await?) })
    }

    /// Records a campaign before anything of it is started.
    ///
    /// # Errors
    /// When the results folder or the database cannot be written.
    pub async fn begin_campaign(&self, campaign: &Campaign) -> Result<(), Fault> {
        let campaign = Campaign {
            started_at: to_microseconds(campaign.started_at),
            finished_at: campaign.finished_at.map(to_microseconds),
            ..campaign.clone()
        };
        self.files.save_campaign(&campaign)?;
        match &self.database {
            Some(database) => database.insert_campaign(&campaign).await,
            None => Ok(()),
        }
    }

    /// Records a test run of a campaign that has begun, and the verdicts on it;
    /// all of it or nothing. One of the same id is replaced.
    ///
    /// # Errors
    /// When the results folder or the database cannot be written. The files are
    /// whole even if the database is the one that failed.
    pub async fn save_run(
        &self,
        campaign: &CampaignId,
        run: &TestRun,
        checks: &[Check],
    ) -> Result<(), Fault> {
        let run = TestRun {
            started_at: to_microseconds(run.started_at),
            finished_at: to_microseconds(run.finished_at),
            samples: run.samples.as_ref().map(samples_to_microseconds),
            ..run.clone()
        };
        self.files.save_run(campaign, &run, checks)?;
        match &self.database {
            Some(database) => database.save_run(campaign, &run, checks).await,
            None => Ok(()),
        }
    }

    /// Records how a campaign ended.
    ///
    /// # Errors
    /// As [`Store::begin_campaign`]; also when the campaign never began.
    pub async fn finish_campaign(
        &self,
        campaign: &CampaignId,
        status: CampaignStatus,
        finished_at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let finished_at = to_microseconds(finished_at);
        self.files.finish_campaign(campaign, status, finished_at)?;
        match &self.database {
            Some(database) => database.finish_campaign(campaign, status, finished_at).await,
            None => Ok(()),
        }
    }

    /// The newest campaigns, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database or the results folder cannot be read.
    pub async fn list(&self, limit: usize) -> Result<Vec<CampaignSummary>, Fault> {
        let mut summaries = match &self.database {
            Some(database) => database.list(limit).await?,
            None => Vec::new(),
        };
        for in_file in self.files.list()? {
            match summaries.iter_mut().find(|known| known.id == in_file.id) {
                Some(known) if is_ahead(&in_file, known) => *known = in_file,
                Some(_) => {}
                None => summaries.push(in_file),
            }
        }
        summaries.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
        summaries.truncate(limit);
        Ok(summaries)
    }

    /// What is known of one campaign. The series of what was sampled in its test
    /// runs are left out: they are a hundred times the rest, and few look at them;
    /// [`Store::samples`] has them.
    ///
    /// # Errors
    /// When there is none of that name (the fault says which there are), or when
    /// what is stored of it cannot be read.
    pub async fn load(&self, which: &WhichCampaign) -> Result<StoredCampaign, Fault> {
        let id = match which {
            WhichCampaign::Id(id) => id.clone(),
            WhichCampaign::Latest => match self.list(1).await?.pop() {
                Some(newest) => newest.id,
                None => return Err(none_stored()),
            },
        };
        let in_database = match &self.database {
            Some(database) => database.load(&id).await?,
            None => None,
        };
        let in_files = match (self.files.load(&id), &in_database) {
            (Ok(found), _) => found,
            (Err(fault), None) => return Err(fault),
            (Err(fault), Some(_)) => {
                tracing::warn!(campaign = %id, %fault, "the files are unusable, the database is not");
                None
            }
        };
        match (in_database, in_files) {
            (Some(database), Some(files)) if !has_more(&files, &database) => Ok(database),
            (_, Some(files)) => Ok(files),
            (Some(database), None) => Ok(database),
            (None, None) => Err(self.no_such_campaign(&id).await),
        }
    }

    /// Everything that was sampled in a test run that [`Store::load`] gave; none when
    /// nothing was.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub async fn samples(&self, run: &TestRun) -> Result<Option<Samples>, Fault> {
        let Some(mut samples) = run.samples.clone() else { return Ok(None) };
        if let Some(database) = &self.database {
            database.add_series(&run.id, &mut samples).await?;
        }
        // The database may have been away when they were saved.
        if samples.has_no_series() {
            self.files.add_series(run, &mut samples)?;
        }
        Ok(Some(samples))
    }

    async fn no_such_campaign(&self, id: &CampaignId) -> Fault {
        let known = match self.list(1000).await {
            Ok(known) => known,
            Err(fault) => return fault,
        };
        if known.is_empty() {
            return none_stored();
        }
        let nearest = known
            .iter()
            .map(|summary| (strsim::jaro_winkler(&summary.id.0, &id.0), &summary.id))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let last: Vec<&str> = known.iter().take(3).map(|summary| summary.id.0.as_str()).collect();
        let last = format!("the last ones are {}; `runs list` shows all", last.join(", "));
        Fault::usage(format!("there is no campaign {:?}", id.0)).repair(match nearest {
            Some((likeness, nearest)) if likeness > 0.9 => format!("did you mean {nearest}? If not: {last}"),
            _ => last,
        })
    }
}

/// What both the database and a test can hold: whole microseconds.
pub fn to_microseconds(time: DateTime<Utc>) -> DateTime<Utc> {
    // Fails only for years that no clock shows.
    time.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(time)
}

fn samples_to_microseconds(samples: &Samples) -> Samples {
    let mut samples = samples.clone();
    samples.released_at = samples.released_at.map(to_microseconds);
    for sample in &mut samples.resources {
        sample.sampled_at = to_microseconds(sample.sampled_at);
    }
    samples
}

/// Files can be ahead of the database when it could not be written, never behind.
fn is_ahead(files: &CampaignSummary, database: &CampaignSummary) -> bool {
    (files.completed_runs, files.finished_at.is_some())
        > (database.completed_runs, database.finished_at.is_some())
}

fn has_more(files: &StoredCampaign, database: &StoredCampaign) -> bool {
    (files.runs.len(), files.campaign.finished_at.is_some())
        > (database.runs.len(), database.campaign.finished_at.is_some())
}

fn none_stored() -> Fault {
    Fault::usage("no campaign has been stored yet").repair("run `cargo perf smoke` first")
}

#[cfg(test)]
mod tests;
