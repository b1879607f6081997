//! The beginning of a campaign: a new one, or one that is taken up again.

use super::{Prepared, Session};
use crate::{
    environment::Environment,
    fault::Fault,
    host,
    model::{Campaign, CampaignStatus, HostFacts, Plan, PlannedRun, StoredCampaign},
    plan,
    progress::Event,
    store::Store,
};

impl Session<'_> {
    /// The campaign, stored as begun.
    ///
    /// # Errors
    /// When it cannot be stored, or would not be the same campaign any more.
    pub(super) async fn begun<E: Environment>(
        &self,
        environment: &mut E,
        (plan, host): (Plan, HostFacts),
        (store, prepared): (&Store, &Prepared),
    ) -> Result<Campaign, Fault> {
        let Some(stored) = self.resumed else {
            let campaign = self.begin(environment, plan, host).await?;
            store.begin_campaign(&campaign).await?;
            return Ok(campaign);
        };
        let campaign = self.again(environment, (stored, host), prepared)?;
        let left = plan::resume::left(stored);
        let text = format!(
            "campaign {} goes on: {} of {} test runs are left",
            campaign.id,
            left.len(),
            campaign.plan.runs.len()
        );
        self.observer.observe(&Event::Note { text });
        store.resume_campaign(&campaign, &left).await?;
        Ok(campaign)
    }

    fn again<E: Environment>(
        &self,
        environment: &E,
        (stored, mut host): (&StoredCampaign, HostFacts),
        prepared: &Prepared,
    ) -> Result<Campaign, Fault> {
        let then = &stored.campaign;
        host.database = environment.database_facts();
        host.containers = environment.container_facts();
        host.generator = environment.generator_id();
        let mut differences = plan::resume::other_builds(stored, &prepared.build_ids);
        differences.extend(host::differences(&then.host, &host));
        let version = env!("CARGO_PKG_VERSION");
        differences.extend(plan::resume::difference("runner", &then.runner_version, version));
        plan::resume::refuse(&then.id, &differences)?;
        let mut resumed_at = then.resumed_at.clone();
        resumed_at.push((self.now)());
        Ok(Campaign { finished_at: None, status: CampaignStatus::Running, resumed_at, ..then.clone() })
    }

    /// Whether a test run has still to be made.
    pub(super) fn is_left(&self, planned: &PlannedRun) -> bool {
        self.resumed.is_none_or(|stored| plan::resume::left(stored).iter().any(|left| left.id == planned.id))
    }

    /// Whether any test run of an API has still to be made.
    pub(super) fn has_left(&self, plan: &Plan, api: &str) -> bool {
        plan.runs.iter().any(|planned| planned.api.id == api && self.is_left(planned))
    }
}
