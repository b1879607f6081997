//! Campaigns as JSON files below the results folder: `<campaign>/campaign.json`,
//! `<campaign>/<run>/run.json`, and beside it what grows with time, one JSON value
//! a line: `seconds.jsonl` and `samples.jsonl`.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::series;
use crate::{
    fault::Fault,
    model::{
        Campaign, CampaignId, CampaignStatus, CampaignSummary, Check, RunStatus, Samples, StoredCampaign,
        StoredRun, TestRun,
    },
    whole_file,
};

/// Of the two files below. Raised when an older runner could not read them.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct CampaignFile {
    format: u32,
    campaign: Campaign,
}

#[derive(Serialize, Deserialize)]
struct RunFile {
    format: u32,
    #[serde(flatten)]
    stored: StoredRun,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

/// The results folder.
#[derive(Debug)]
pub struct Files {
    results: PathBuf,
}

impl Files {
    /// Keeps campaigns below this folder, which is made when first needed.
    pub fn new(results: &Path) -> Self {
        Self { results: results.to_owned() }
    }

    pub(super) fn save_campaign(&self, campaign: &Campaign) -> Result<(), Fault> {
        let path = self.campaign_file(&campaign.id).ok_or_else(|| bad_name(&campaign.id.0))?;
        write(&path, &CampaignFile { format: FORMAT, campaign: campaign.clone() })
    }

    pub(super) fn save_run(
        &self,
        campaign: &CampaignId,
        run: &TestRun,
        checks: &[Check],
    ) -> Result<(), Fault> {
        let folder = self.run_folder(campaign, run).ok_or_else(|| bad_name(&run.raw_files))?;
        // First what run.json relies on.
        series::write_seconds(&folder, &run.phases)?;
        if let Some(samples) = &run.samples {
            series::write_samples(&folder, samples)?;
        }
        let mut stored = StoredRun { run: run.clone(), checks: checks.to_vec() };
        stored.run.samples = run.samples.as_ref().map(Samples::without_series);
        stored.run.phases.iter_mut().for_each(|phase| phase.seconds.clear());
        write(&folder.join("run.json"), &RunFile { format: FORMAT, stored })
    }

    pub(super) fn finish_campaign(
        &self,
        id: &CampaignId,
        status: CampaignStatus,
        finished_at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let never_began = || Fault::failed(format!("campaign {id} cannot be finished: it never began"));
        let campaign = self.read_campaign(id)?.ok_or_else(never_began)?;
        self.save_campaign(&Campaign { status, finished_at: Some(finished_at), ..campaign })
    }

    /// Every campaign in no particular order. One that cannot be read is left out:
    /// it must not hide the others, and `load` says what is wrong with it.
    pub(super) fn list(&self) -> Result<Vec<CampaignSummary>, Fault> {
        let mut summaries = Vec::new();
        for name in folders_in(&self.results)? {
            match self.load(&CampaignId(name.clone())) {
                Ok(Some(stored)) => summaries.push(summary(&stored)),
                Ok(None) => {}
                Err(fault) => tracing::warn!(campaign = name, %fault, "left out of the list"),
            }
        }
        Ok(summaries)
    }

    /// None when there is no such campaign.
    pub(super) fn load(&self, id: &CampaignId) -> Result<Option<StoredCampaign>, Fault> {
        let Some(campaign) = self.read_campaign(id)? else { return Ok(None) };
        let folder = self.results.join(&id.0);
        let mut runs = Vec::new();
        for name in folders_in(&folder)? {
            let folder = folder.join(name);
            if let Some(RunFile { mut stored, .. }) = read(&folder.join("run.json"))? {
                series::read_seconds(&folder, &mut stored.run.phases)?;
                runs.push(stored);
            }
        }
        runs.sort_by_key(|stored| (stored.run.round, stored.run.slot));
        Ok(Some(StoredCampaign { campaign, runs }))
    }

    /// What was sampled in a test run, in the order of time.
    pub(super) fn add_series(&self, run: &TestRun, samples: &mut Samples) -> Result<(), Fault> {
        let folder = Path::new(&run.raw_files);
        if !is_plain(folder, 2) {
            return Err(bad_name(&run.raw_files));
        }
        series::read_samples(&self.results.join(folder), samples)
    }

    fn read_campaign(&self, id: &CampaignId) -> Result<Option<Campaign>, Fault> {
        let Some(path) = self.campaign_file(id) else { return Ok(None) };
        Ok(read::<CampaignFile>(&path)?.map(|file| file.campaign))
    }

    /// None for an id that is not one plain name: it could lead out of the folder.
    fn campaign_file(&self, id: &CampaignId) -> Option<PathBuf> {
        is_plain(Path::new(&id.0), 1).then(|| self.results.join(&id.0).join("campaign.json"))
    }

    fn run_folder(&self, campaign: &CampaignId, run: &TestRun) -> Option<PathBuf> {
        let folder = Path::new(&run.raw_files);
        (is_plain(folder, 2) && folder.starts_with(&campaign.0)).then(|| self.results.join(folder))
    }
}

fn is_plain(path: &Path, components: usize) -> bool {
    let plain = path.components().all(|component| matches!(component, Component::Normal(_)));
    plain && path.components().count() == components
}

fn bad_name(name: &str) -> Fault {
    Fault::failed(format!("cannot keep anything under {name:?}: it is no folder of the campaign"))
}

fn folders_in(folder: &Path) -> Result<Vec<String>, Fault> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, error)),
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Fault> {
    let content = match fs::read(path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let FormatOnly { format } = serde_json::from_slice(&content).map_err(|error| unreadable(path, error))?;
    if format > FORMAT {
        let what = format!("{} has format {format}, this runner knows up to {FORMAT}", path.display());
        return Err(Fault::failed(what).repair("use the runner that wrote it, or a newer one"));
    }
    serde_json::from_slice(&content).map(Some).map_err(|error| unreadable(path, error))
}

pub(super) fn unreadable(path: &Path, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    Fault::failed(format!("cannot read {}", path.display()))
        .cause(cause)
        .repair("move it out of the results folder if it is damaged")
}

fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Fault> {
    let mut json = serde_json::to_vec_pretty(value)
        .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))?;
    json.push(b'\n');
    whole_file::write(path, &json)
}

fn summary(stored: &StoredCampaign) -> CampaignSummary {
    let campaign = &stored.campaign;
    let completed = stored.runs.iter().filter(|stored| stored.run.status == RunStatus::Completed).count();
    let mut apis: Vec<String> = campaign.plan.runs.iter().map(|run| run.api.id.clone()).collect();
    apis.sort();
    apis.dedup();
    CampaignSummary {
        id: campaign.id.clone(),
        mode: campaign.mode.to_string(),
        started_at: campaign.started_at,
        finished_at: campaign.finished_at,
        status: campaign.status,
        completed_runs: i64::try_from(completed).unwrap_or(i64::MAX),
        planned_runs: i64::try_from(campaign.plan.runs.len()).unwrap_or(i64::MAX),
        apis,
    }
}
