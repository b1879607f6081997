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
        Campaign, CampaignFilter, CampaignId, CampaignStatus, CampaignSummary, Check, PlannedRun, Samples,
        StoredCampaign, StoredRun, TestRun, WhichCampaign,
    },
};

/// What became of a campaign that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is in the database now.
    Stored {
        /// With so many test runs.
        runs: usize,
    },
    /// The database knew as much before.
    ThereAlready,
}

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

    /// Looks at campaigns in files and in the metrics database behind this URL,
    /// which is left as it is.
    ///
    /// # Errors
    /// As [`Postgres::look`].
    pub async fn look(results: &Path, metrics_url: &str) -> Result<Self, Fault> {
        Ok(Self { files: Files::new(results), database: Some(Postgres::look(metrics_url).await?) })
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

    /// Records that a campaign goes on, and forgets the raw files of the test runs
    /// that will be made again. What the database does not know of it comes from
    /// the files.
    ///
    /// # Errors
    /// When the results folder or the database cannot be read or written.
    pub async fn resume_campaign(&self, campaign: &Campaign, left: &[&PlannedRun]) -> Result<(), Fault> {
        let resumed_at = campaign.resumed_at.iter().copied().map(to_microseconds).collect();
        let campaign = Campaign { resumed_at, ..campaign.clone() };
        if let Some(database) = &self.database {
            self.import(self, &campaign.id).await?;
            database.resume_campaign(&campaign).await?;
        }
        for planned in left {
            self.files.forget_run(&campaign.id, &planned.folder_name())?;
        }
        self.files.save_campaign(&campaign)
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

    /// The campaigns that are asked for, newest first.
    ///
    /// # Errors
    /// When the database or the results folder cannot be read.
    pub async fn list(&self, filter: &CampaignFilter) -> Result<Vec<CampaignSummary>, Fault> {
        let mut summaries = match &self.database {
            Some(database) => database.list().await?,
            None => Vec::new(),
        };
        // Files can be ahead only of what did not come to its end in the database.
        let is_settled =
            |id: &CampaignId| summaries.iter().any(|known| known.id == *id && known.finished_at.is_some());
        for in_file in self.files.list(is_settled)? {
            match summaries.iter_mut().find(|known| known.id == in_file.id) {
                Some(known) if is_ahead(&in_file, known) => *known = in_file,
                Some(_) => {}
                None => summaries.push(in_file),
            }
        }
        summaries.retain(|summary| filter.admits(summary));
        summaries.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
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
            WhichCampaign::Latest => match self.list(&CampaignFilter::default()).await?.into_iter().next() {
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

    /// The campaign that a user means: `latest`, an id, or the beginning of one. A word
    /// that fits none is taken for an id, which [`Store::load`] then does not find.
    ///
    /// # Errors
    /// When several begin like that, or the database or the results folder cannot be read.
    pub async fn named(&self, word: &str) -> Result<WhichCampaign, Fault> {
        let exactly = CampaignId(word.to_owned());
        if word == "latest" {
            return Ok(WhichCampaign::Latest);
        }
        let known = self.list(&CampaignFilter::default()).await?;
        let begins = known.iter().map(|summary| &summary.id).filter(|id| id.0.starts_with(word));
        let fitting: Vec<&CampaignId> = begins.collect();
        if fitting.is_empty() || fitting.contains(&&exactly) {
            return Ok(WhichCampaign::Id(exactly));
        }
        if let [only] = fitting.as_slice() {
            return Ok(WhichCampaign::Id((*only).clone()));
        }
        let first: Vec<&str> = fitting.iter().take(3).map(|id| id.0.as_str()).collect();
        Err(Fault::usage(format!("{} campaigns begin with {word:?}", fitting.len()))
            .repair(format!("say more of the id: {}", first.join(", "))))
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
            self.files.add_series(&run.raw_files, &mut samples)?;
        }
        Ok(Some(samples))
    }

    /// Removes a campaign and its raw files, for good.
    ///
    /// # Errors
    /// When there is none of that name, or something of it cannot be removed; what
    /// is left then is still listed and can be removed again.
    pub async fn delete(&self, id: &CampaignId) -> Result<(), Fault> {
        let in_files = self.files.has(id)?;
        let in_database = match &self.database {
            Some(database) => database.delete(id).await?,
            None => false,
        };
        if !in_files && !in_database {
            return Err(self.no_such_campaign(id).await);
        }
        if in_files { self.files.delete(id) } else { Ok(()) }
    }

    /// Gives the room of what was deleted back to the system, as far as it can be.
    pub async fn reclaim(&self) {
        if let Some(database) = &self.database {
            database.reclaim().await;
        }
    }

    /// Size of everything in a campaign's folder, in bytes; 0 without a folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn raw_bytes(&self, id: &CampaignId) -> Result<u64, Fault> {
        self.files.bytes(id)
    }

    /// Ids of the campaigns that have files, in the order of their names.
    ///
    /// # Errors
    /// When the results folder cannot be read.
    pub fn ids_of_files(&self) -> Result<Vec<CampaignId>, Fault> {
        self.files.ids()
    }

    /// Puts what the files of this or another results folder say of a campaign into
    /// the database, unless it is there already.
    ///
    /// # Errors
    /// When the files cannot be read, there are none, or the database cannot be
    /// written; a campaign that came half-way is completed by the next import.
    pub async fn import(&self, from: &Self, id: &CampaignId) -> Result<Imported, Fault> {
        let Some(database) = &self.database else {
            return Err(Fault::failed("there is no metrics database to import into"));
        };
        let Some(stored) = from.files.load(id)? else {
            return Err(Fault::failed(format!("there are no files of campaign {id}")));
        };
        if database.load(id).await?.is_some_and(|known| !has_more(&stored, &known)) {
            return Ok(Imported::ThereAlready);
        }
        database.delete(id).await?;
        let Campaign { finished_at, status, .. } = stored.campaign;
        // Not finished until all of it is there: so that a half is seen to be one.
        let begun = Campaign { finished_at: None, status: CampaignStatus::Running, ..stored.campaign };
        database.insert_campaign(&begun).await?;
        for StoredRun { run, checks } in &stored.runs {
            let mut run = run.clone();
            if let Some(samples) = &mut run.samples {
                from.files.add_series(&run.raw_files, samples)?;
            }
            database.save_run(id, &run, checks).await?;
        }
        if let Some(finished_at) = finished_at {
            database.finish_campaign(id, status, finished_at).await?;
        }
        Ok(Imported::Stored { runs: stored.runs.len() })
    }

    async fn no_such_campaign(&self, id: &CampaignId) -> Fault {
        let known = match self.list(&CampaignFilter::default()).await {
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
fn to_microseconds(time: DateTime<Utc>) -> DateTime<Utc> {
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
