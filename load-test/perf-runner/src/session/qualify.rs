//! Which services are worth measuring: those that keep the contract, and that
//! take five events.

use super::{Measuring, Session};
use crate::{
    analyze::checks,
    environment::Environment,
    fault::Fault,
    model::{Api, PlannedRun, Verdict},
    plan,
    progress::watched,
    verify::{self, Contract, Target},
};

impl<E: Environment> Measuring<'_, E> {
    /// Excludes what cannot be measured, before hours are spent on it.
    ///
    /// # Errors
    /// When the contract's cases cannot be read.
    pub(super) async fn qualify(&mut self) -> Result<(), Fault> {
        let plan = &self.campaign.plan;
        let session = self.session;
        let has_left = |api: &Api| session.has_left(plan, &api.id);
        if session.settings.verify {
            let contract = Contract::load(&session.settings.places.root.join("contract"))?;
            for api in plan.apis().into_iter().filter(has_left) {
                self.verify(&contract, &api).await;
            }
        }
        for trial in plan::trials(plan).into_iter().filter(|trial| has_left(&trial.api)) {
            self.try_out(&trial).await;
        }
        Ok(())
    }

    /// Plays the contract's cases; a service that breaks one is not measured.
    async fn verify(&mut self, contract: &Contract, api: &Api) {
        if self.prepared.excluded.contains_key(&api.id) {
            return;
        }
        let kept = verify_one(self.session, self.environment, (contract, api)).await;
        if let Err(fault) = kept {
            self.session.exclude(&mut self.prepared, api.id.clone(), fault);
        }
    }

    /// One user and five events, before hours are spent: a service that fails now
    /// is not measured.
    async fn try_out(&mut self, trial: &PlannedRun) {
        if self.prepared.excluded.contains_key(&trial.api.id) {
            return;
        }
        let (observer, what) = (self.session.observer, format!("try {}", trial.api.id));
        let tried = async { Ok::<_, Fault>(self.test_run(trial).await) };
        let Ok(run) = watched(observer, &what, tried).await else { return };
        let checks = checks::of_run(&run, self.campaign);
        let invalid = checks.iter().find(|check| check.verdict == Verdict::Invalid);
        let why = run.failure.or_else(|| invalid.map(|check| check.text.clone()));
        if let Some(why) = why {
            let fault = Fault::failed(format!("it failed a trial of five events: {why}"));
            self.session.exclude(&mut self.prepared, trial.api.id.clone(), fault);
        }
    }
}

async fn verify_one<E: Environment>(
    session: &Session<'_>,
    environment: &mut E,
    (contract, api): (&Contract, &Api),
) -> Result<(), Fault> {
    let log = session.settings.places.state.join(format!("logs/verify-{}.log", api.id));
    let service = environment.start_service(api, &log).await?;
    let target = Target {
        endpoint: service.endpoint,
        database_url: environment.application_database()?.owner_url().map(str::to_owned),
        pid: service.pid,
    };
    let verdicts = verify::play(contract, &target, session.observer).await;
    environment.stop_service().await?;
    verify::demand_kept(&api.id, &verdicts?)
}
