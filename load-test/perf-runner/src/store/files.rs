//! Campaigns as JSON files below the results folder: `<campaign>/campaign.json`,
//! `<campaign>/<run>/run.json`, and beside it what grows with time, one JSON value
//! a line: `seconds.jsonl` and `samples.jsonl`.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Component, Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::series;
use crate::{
    fault::Fault,
    model::{
        Campaign, CampaignId, CampaignStatus, CampaignSummary, Check, PayloadSize, RunStatus, Samples,
        StoredCampaign, StoredRun, TestRun,
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

/// What a list needs of a [`RunFile`].
#[derive(Deserialize)]
struct RunStatusOnly {
    run: StatusOnly,
}

#[derive(Deserialize)]
struct StatusOnly {
    status: RunStatus,
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

    /// Removes what an earlier try of a test run left, so that nothing of it is taken
    /// for the next one's.
    pub(super) fn forget_run(&self, campaign: &CampaignId, folder: &str) -> Result<(), Fault> {
        let below = Path::new(&campaign.0).join(folder);
        if !is_plain(&below, 2) {
            return Err(bad_name(folder));
        }
        let folder = self.results.join(below);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(not_removed(&folder, error)),
            _ => Ok(()),
        }
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

    /// Every campaign but those to be left out, in no particular order. One that
    /// cannot be read is left out as well: it must not hide the others, and `load`
    /// says what is wrong with it.
    pub(super) fn list(
        &self,
        is_left_out: impl Fn(&CampaignId) -> bool,
    ) -> Result<Vec<CampaignSummary>, Fault> {
        let mut summaries = Vec::new();
        for id in folders_in(&self.results)?.into_iter().map(CampaignId) {
            if is_left_out(&id) {
                continue;
            }
            match self.summary(&id) {
                Ok(found) => summaries.extend(found),
                Err(fault) => tracing::warn!(campaign = %id, %fault, "left out of the list"),
            }
        }
        Ok(summaries)
    }

    fn summary(&self, id: &CampaignId) -> Result<Option<CampaignSummary>, Fault> {
        let Some(campaign) = self.read_campaign(id)? else { return Ok(None) };
        let folder = self.results.join(&id.0);
        let mut completed = 0;
        for name in folders_in(&folder)? {
            let file: Option<RunStatusOnly> = read(&folder.join(name).join("run.json"))?;
            completed += i64::from(file.is_some_and(|file| file.run.status == RunStatus::Completed));
        }
        Ok(Some(summary(&campaign, completed)))
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
    pub(super) fn add_series(&self, raw_files: &str, samples: &mut Samples) -> Result<(), Fault> {
        let folder = Path::new(raw_files);
        if !is_plain(folder, 2) {
            return Err(bad_name(raw_files));
        }
        series::read_samples(&self.results.join(folder), samples)
    }

    /// Those that have a `campaign.json`, in the order of their names.
    pub(super) fn ids(&self) -> Result<Vec<CampaignId>, Fault> {
        let names = folders_in(&self.results)?.into_iter().map(CampaignId);
        Ok(names.filter(|id| self.campaign_file(id).is_some_and(|file| file.is_file())).collect())
    }

    pub(super) fn has(&self, id: &CampaignId) -> Result<bool, Fault> {
        let file = self.campaign_file(id).ok_or_else(|| bad_name(&id.0))?;
        // A link would lead out of the results folder.
        let is_link = fs::symlink_metadata(self.results.join(&id.0)).is_ok_and(|facts| facts.is_symlink());
        Ok(file.is_file() && !is_link)
    }

    /// What tells that there is a campaign goes last.
    pub(super) fn delete(&self, id: &CampaignId) -> Result<(), Fault> {
        let file = self.campaign_file(id).ok_or_else(|| bad_name(&id.0))?;
        let folder = self.results.join(&id.0);
        remove_content(&folder, &file)
            .and_then(|()| fs::remove_file(&file))
            .and_then(|()| fs::remove_dir(&folder))
            .map_err(|error| not_removed(&folder, error))
    }

    /// Size of everything in a campaign's folder, in bytes.
    pub(super) fn bytes(&self, id: &CampaignId) -> Result<u64, Fault> {
        self.campaign_file(id).ok_or_else(|| bad_name(&id.0))?;
        let folder = self.results.join(&id.0);
        bytes_below(&folder).map_err(|error| unreadable(&folder, error))
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

/// Links are removed, not followed.
fn remove_content(folder: &Path, but: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path == but {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(())
}

fn bytes_below(folder: &Path) -> io::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        bytes += if is_folder { bytes_below(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
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

fn not_removed(folder: &Path, error: io::Error) -> Fault {
    Fault::failed(format!("cannot remove {}", folder.display()))
        .cause(error)
        .repair("make it writable for this user, or remove it by hand")
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

fn summary(campaign: &Campaign, completed_runs: i64) -> CampaignSummary {
    let planned = &campaign.plan.runs;
    let apis: BTreeSet<String> = planned.iter().map(|run| run.api.id.clone()).collect();
    let payloads: BTreeSet<PayloadSize> = planned.iter().map(|run| run.payload).collect();
    CampaignSummary {
        id: campaign.id.clone(),
        mode: campaign.mode,
        started_at: campaign.started_at,
        finished_at: campaign.finished_at,
        status: campaign.status,
        resumed: campaign.resumed_at.len() as u64,
        completed_runs,
        planned_runs: i64::try_from(planned.len()).unwrap_or(i64::MAX),
        apis: apis.into_iter().collect(),
        payloads: payloads.into_iter().collect(),
        runtime: campaign.runtime.clone(),
        fingerprint: campaign.fingerprint.clone(),
    }
}
