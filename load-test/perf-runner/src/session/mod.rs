//! The conductor: the only room that knows two stages. It calls them in order
//! and hands their values on; it computes nothing.

mod cycle;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use self::cycle::Measuring;
use crate::{
    analyze::checks,
    environment::Environment,
    fault::{ExitClass, Fault},
    host,
    interrupt::{Interrupt, Urgency},
    model::{Campaign, CampaignStatus, HostFacts, Plan, StoredCampaign, WhichCampaign},
    progress::{Event, Observer},
    report,
    settings::Settings,
    store::Store,
    verify::{self, Contract, Target},
};

/// One campaign, from an agreed plan to a report.
pub struct Session<'a> {
    /// What was asked for.
    pub settings: &'a Settings,
    /// Who watches.
    pub observer: &'a dyn Observer,
    /// The user's wish to stop.
    pub interrupt: Interrupt,
    /// The clock.
    pub now: fn() -> DateTime<Utc>,
}

/// What a campaign came to.
#[derive(Debug)]
pub struct Outcome {
    /// Everything that was stored.
    pub stored: StoredCampaign,
    /// Where the report is.
    pub files: report::Files,
    /// Why the exit code is not 0; none when all is well.
    pub class: Option<ExitClass>,
}

/// What is known before the first test run.
#[derive(Default)]
struct Prepared {
    /// What will be started, by API.
    build_ids: BTreeMap<String, String>,
    /// APIs that cannot be measured, with the reason.
    excluded: BTreeMap<String, Fault>,
}

impl Session<'_> {
    /// Makes the campaign in this environment and takes the environment down,
    /// however it ends.
    ///
    /// # Errors
    /// When the campaign could not be made or not be stored. A failing test run
    /// is no error: it is stored, and the next one follows.
    pub async fn run<E: Environment>(
        &self,
        mut environment: E,
        plan: Plan,
        host: HostFacts,
    ) -> Result<Outcome, Fault> {
        let outcome = self.campaign(&mut environment, plan, host).await;
        let down = environment.shut_down().await;
        let outcome = outcome?;
        down?;
        Ok(outcome)
    }

    async fn campaign<E: Environment>(
        &self,
        environment: &mut E,
        plan: Plan,
        host: HostFacts,
    ) -> Result<Outcome, Fault> {
        let (store, mut prepared) = self.unless_interrupted(self.prepare(environment, &plan)).await?;
        let campaign = self.begin(environment, plan, host);
        store.begin_campaign(&campaign).await?;
        if self.settings.verify {
            self.unless_interrupted(self.verify(environment, &campaign.plan, &mut prepared)).await?;
        }
        let mut measuring =
            Measuring { session: self, environment, campaign: &campaign, prepared: &prepared };
        for (number, planned) in (1..).zip(&campaign.plan.runs) {
            if self.interrupt.urgency() > Urgency::None {
                break;
            }
            let of = campaign.plan.runs.len();
            let (run, api) = (planned.id.clone(), planned.name());
            self.observer.observe(&Event::RunBegan { run, number, of, api });
            let run = measuring.test_run(planned).await;
            let (status, summary) = (run.status, run.in_one_line());
            self.observer.observe(&Event::RunEnded { run: run.id.clone(), status, summary });
            store.save_run(&campaign.id, &run, &checks::of_run(&run)).await?;
        }
        self.finish(measuring, &store).await
    }

    /// Work that has no results to keep: an interrupt ends it at once.
    async fn unless_interrupted<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        tokio::select! {
            result = work => result,
            () = self.interrupt.at_least(Urgency::EndPhase) => Err(interrupted("before anything was measured")),
        }
    }

    /// Everything that must be there before anything is measured.
    async fn prepare<E: Environment>(
        &self,
        environment: &mut E,
        plan: &Plan,
    ) -> Result<(Store, Prepared), Fault> {
        let results = &self.settings.places.results;
        host::check_writable(results, plan.disk_bytes())?;
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

    fn begin<E: Environment>(&self, environment: &E, plan: Plan, mut host: HostFacts) -> Campaign {
        host.database = environment.database_facts();
        Campaign {
            id: plan.campaign.clone(),
            mode: plan.mode,
            git: host::git_state(&self.settings.places.root),
            fingerprint: host::fingerprint(&host),
            plan,
            host,
            runtime: self.settings.runtime.as_str().to_owned(),
            runner_version: env!("CARGO_PKG_VERSION").to_owned(),
            verified: self.settings.verify,
            ceilings: Vec::new(),
            started_at: (self.now)(),
            finished_at: None,
            status: CampaignStatus::Running,
            resumed_at: Vec::new(),
        }
    }

    /// Plays the contract's cases; a service that breaks one is not measured.
    async fn verify<E: Environment>(
        &self,
        environment: &mut E,
        plan: &Plan,
        prepared: &mut Prepared,
    ) -> Result<(), Fault> {
        let contract = Contract::load(&self.settings.places.root.join("contract"))?;
        for api in plan.apis() {
            let log = self.settings.places.state.join(format!("logs/verify-{}.log", api.id));
            let service = environment.start_service(&api, &log).await?;
            let target = Target {
                endpoint: service.endpoint,
                database_url: environment.application_database()?.owner_url().map(str::to_owned),
                pid: service.pid,
            };
            let verdicts = verify::play(&contract, &target, self.observer).await;
            environment.stop_service().await?;
            if let Err(fault) = verify::demand_kept(&api.id, &verdicts?) {
                self.exclude(prepared, api.id, fault);
            }
        }
        Ok(())
    }

    fn exclude(&self, prepared: &mut Prepared, api: String, fault: Fault) {
        self.observer.observe(&Event::Warning { text: format!("{api} is left out: {fault}") });
        prepared.excluded.insert(api, fault);
    }

    async fn finish(
        &self,
        measuring: Measuring<'_, impl Environment>,
        store: &Store,
    ) -> Result<Outcome, Fault> {
        let Measuring { campaign, prepared, .. } = measuring;
        let runs = store.load(&WhichCampaign::Id(campaign.id.clone())).await?.runs;
        let interrupted = self.interrupt.urgency() > Urgency::None;
        let status = CampaignStatus::of(&runs, interrupted);
        store.finish_campaign(&campaign.id, status, (self.now)()).await?;
        let stored = store.load(&WhichCampaign::Id(campaign.id.clone())).await?;
        let files = report::write(&stored, &self.settings.places.results.join(&campaign.id.0))?;
        let class = match status {
            CampaignStatus::Interrupted => Some(ExitClass::Interrupted),
            CampaignStatus::Completed if campaign.plan.left_out.is_empty() => None,
            _ => Some(prepared.worst_class()),
        };
        Ok(Outcome { stored, files, class })
    }
}

impl Prepared {
    /// A service that breaks the contract has an exit code of its own.
    fn worst_class(&self) -> ExitClass {
        let broken = self.excluded.values().any(|fault| fault.class == ExitClass::Contract);
        if broken { ExitClass::Contract } else { ExitClass::Failed }
    }
}

fn interrupted(when: &str) -> Fault {
    Fault::new(ExitClass::Interrupted, format!("interrupted {when}"))
}
