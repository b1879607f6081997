//! Everything that must be there before a campaign begins, and what the database
//! can do alone.

use super::{Prepared, Session};
use crate::{
    environment::Environment,
    fault::Fault,
    host, load,
    model::{Campaign, CampaignStatus, Ceiling, CeilingJob, HostFacts, Plan},
    progress::{Event, watched},
    store::Store,
};

/// Long enough to see past a checkpoint's first writes, short beside a campaign.
const CEILING_MS: u64 = 10_000;

impl Session<'_> {
    /// Everything that must be there before anything is measured.
    pub(super) async fn prepare<E: Environment>(
        &self,
        environment: &mut E,
        plan: &Plan,
    ) -> Result<(Store, Prepared), Fault> {
        let results = &self.settings.places.results;
        let results_bytes = plan.estimate.as_ref().map_or(0, |estimate| estimate.results_bytes);
        host::check_writable(results, results_bytes, "--results")?;
        let store = match environment.start_metrics_database(self.observer).await? {
            Some(url) => Store::connect(results, &url).await?,
            None => Store::in_files(results),
        };
        let mut prepared = Prepared::default();
        for build in environment.build(&plan.apis(), self.observer).await? {
            match build {
                Ok(build) => drop(prepared.build_ids.insert(build.api, build.id)),
                Err((api, fault)) => self.exclude(&mut prepared, api, fault),
            }
        }
        environment.start_application_database(self.observer).await?;
        Ok((store, prepared))
    }

    /// The campaign at its beginning.
    pub(super) async fn begin<E: Environment>(
        &self,
        environment: &mut E,
        plan: Plan,
        mut host: HostFacts,
    ) -> Result<Campaign, Fault> {
        let started_at = (self.now)();
        let ceilings = self.ceilings(environment, &plan).await?;
        host.database = environment.database_facts();
        host.containers = environment.container_facts();
        host.generator = environment.generator_id();
        Ok(Campaign {
            id: plan.campaign.clone(),
            mode: plan.mode,
            // Unpacked from an archive there is no repository: then it is the archive's.
            git: host::git_state(&self.settings.places.root).or_else(host::built_from),
            fingerprint: host::fingerprint(&host),
            plan,
            host,
            runtime: self.settings.runtime.as_str().to_owned(),
            runner_version: env!("CARGO_PKG_VERSION").to_owned(),
            verified: self.settings.verify,
            ceilings,
            started_at,
            finished_at: None,
            status: CampaignStatus::Running,
            resumed_at: Vec::new(),
        })
    }

    async fn ceilings<E: Environment>(
        &self,
        environment: &mut E,
        plan: &Plan,
    ) -> Result<Vec<Ceiling>, Fault> {
        let mut ceilings = Vec::new();
        for payload in if plan.ceiling { plan.payloads() } else { Vec::new() } {
            let folder = self.settings.places.results.join(format!("{}/ceiling-{payload}", plan.campaign));
            let job = CeilingJob {
                payload,
                templates: load::make_templates(payload, plan.seed)?,
                concurrency: plan.max_connections,
                duration_ms: CEILING_MS,
                folder: load::make_folder(&folder)?,
            };
            let what = format!("drive the database alone ({payload})");
            let drive = async { Ok::<_, Fault>(environment.measure_ceiling(&job).await) };
            let ceiling = watched(self.observer, &what, drive).await?;
            if let Some(reason) = &ceiling.reason {
                let text = format!("what the database alone can do is not known: {reason}");
                self.observer.observe(&Event::Warning { text });
            }
            ceilings.push(ceiling);
        }
        Ok(ceilings)
    }

    pub(super) fn exclude(&self, prepared: &mut Prepared, api: String, fault: Fault) {
        self.observer.observe(&Event::Warning { text: format!("{api} is left out: {fault}") });
        prepared.excluded.insert(api, fault);
    }
}
