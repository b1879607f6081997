//! The conductor: the only room that knows two stages. It calls them in order
//! and hands their values on; it computes nothing.

pub mod baseline;
mod cycle;
mod live;
mod prepare;
mod qualify;
mod resume;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use self::{baseline::Baseline, cycle::Measuring};
use crate::{
    analyze::{self, checks, gate::Gate},
    environment::Environment,
    fault::{ExitClass, Fault},
    host,
    interrupt::{Interrupt, Urgency},
    model::{Analysis, CampaignStatus, HostFacts, Plan, Spent, StoredCampaign, TestRun, WhichCampaign},
    progress::{Event, Observer},
    report,
    settings::Settings,
    store::Store,
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
    /// What is stored of the campaign, when one is taken up again.
    pub resumed: Option<&'a StoredCampaign>,
    /// Limits on what is measured; they have been checked against the plan.
    pub gates: &'a [Gate],
    /// What it is held against.
    pub baseline: Option<&'a Baseline>,
}

/// What a campaign came to.
#[derive(Debug)]
pub struct Outcome {
    /// Everything that was stored.
    pub stored: StoredCampaign,
    /// What it comes to.
    pub analysis: Analysis,
    /// Where the report is.
    pub files: report::Files,
    /// What it needed of what was estimated.
    pub spent: Spent,
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
        let (store, prepared) = self.unless_interrupted(self.prepare(environment, &plan)).await?;
        let begun = self.begun(environment, (plan, host), (&store, &prepared));
        let campaign = self.unless_interrupted(begun).await?;
        let mut measuring = Measuring::new(self, environment, &campaign, prepared);
        match self.unless_interrupted(measuring.qualify()).await {
            // The campaign has begun, so its end is stored like any other.
            Err(fault) if fault.class == ExitClass::Interrupted => {}
            qualified => qualified?,
        }
        for (number, planned) in (1..).zip(&campaign.plan.runs) {
            if self.interrupt.urgency() > Urgency::None {
                break;
            }
            if !self.is_left(planned) {
                continue;
            }
            let of = campaign.plan.runs.len();
            let (run, api) = (planned.id.clone(), planned.name());
            self.observer.observe(&Event::RunBegan { run, number, of, api });
            let run = measuring.test_run(planned).await;
            self.tell_end(&run);
            store.save_run(&campaign.id, &run, &checks::of_run(&run, &campaign)).await?;
        }
        self.finish(measuring, &store).await
    }

    fn tell_end(&self, run: &TestRun) {
        let (status, summary) = (run.status, run.in_one_line());
        self.observer.observe(&Event::RunEnded { run: run.id.clone(), status, summary });
    }

    /// Work that has no results to keep: an interrupt ends it at once.
    async fn unless_interrupted<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        tokio::select! {
            result = work => result,
            () = self.interrupt.at_least(Urgency::EndPhase) => Err(interrupted("before anything was measured")),
        }
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
        let mut analysis = analyze::of(&stored);
        analysis.gates = analyze::gate::judge(self.gates, &stored, &analysis);
        if let Some(baseline) = self.baseline {
            analysis.changes = Some(baseline.changes(store, &stored).await?);
        }
        let folder = self.settings.places.results.join(&campaign.id.0);
        let files = report::write(&stored, &analysis, &folder, &report::Format::ALL)?;
        let spent = Spent { results_bytes: host::folder_bytes(&folder), ..stored.spent() };
        let class = match status {
            CampaignStatus::Interrupted => Some(ExitClass::Interrupted),
            CampaignStatus::Completed if campaign.plan.left_out.is_empty() => None,
            _ => Some(prepared.worst_class()),
        };
        Ok(Outcome { stored, analysis, files, spent, class })
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
