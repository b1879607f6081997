//! One test run: the steps of measurement in their order, each timed.

use std::{path::PathBuf, time::Instant};

use super::{Prepared, Session, interrupted};
use crate::{
    audit,
    environment::Environment,
    fault::Fault,
    interrupt::Urgency,
    load, measure,
    model::{Campaign, EventTemplate, LoadResult, PlannedRun, Step, TestRun},
    progress::Event,
};

/// A campaign that is being measured.
pub(super) struct Measuring<'a, E> {
    pub(super) session: &'a Session<'a>,
    pub(super) environment: &'a mut E,
    pub(super) campaign: &'a Campaign,
    pub(super) prepared: &'a Prepared,
}

/// One test run and what its steps need.
struct Cycle<'a> {
    planned: &'a PlannedRun,
    folder: PathBuf,
    templates: Vec<EventTemplate>,
}

impl<E: Environment> Measuring<'_, E> {
    /// One full cycle. Whatever happens in it is in the result.
    pub(super) async fn test_run(&mut self, planned: &PlannedRun) -> TestRun {
        let now = self.session.now;
        let mut run = TestRun::begin(planned, &self.campaign.id, now());
        run.build_id = self.prepared.build_ids.get(&planned.api.id).cloned();
        let failure = match self.prepared.excluded.get(&planned.api.id) {
            Some(fault) => Some(fault.in_full()),
            None => self.cycle(planned, &mut run).await.err().map(|fault| fault.in_full()),
        };
        run.end(now(), failure, self.session.interrupt.urgency() > Urgency::None);
        run
    }

    async fn cycle(&mut self, planned: &PlannedRun, run: &mut TestRun) -> Result<(), Fault> {
        let cycle = Cycle {
            planned,
            folder: load::make_folder(&self.session.settings.places.results.join(&run.raw_files))?,
            templates: load::make_templates(planned.payload, self.campaign.plan.seed)?,
        };
        run.payload_bytes = EventTemplate::mean_bytes(&cycle.templates, planned.api.protocol);
        let loaded = self.start_and_load(&cycle, run).await;
        // The service is stopped before anything is said of the load.
        let stopped = self.session.step(run, "stop", self.environment.stop_service()).await;
        let stopped = stopped.map(|end| run.service = end);
        let loaded = loaded?;
        stopped?;
        run.phases = measure::phases(planned, &loaded);
        let sent = audit::Sent { tag: &planned.tag, templates: &cycle.templates, load: &loaded };
        let database = self.environment.application_database()?;
        let facts = self.session.step(run, "audit", audit::read(&database, &sent)).await?;
        run.audit = Some(audit::judge(&loaded, &facts));
        Ok(())
    }

    async fn start_and_load(&mut self, cycle: &Cycle<'_>, run: &mut TestRun) -> Result<LoadResult, Fault> {
        let Cycle { planned, folder, templates } = cycle;
        let Self { session, environment, campaign, .. } = self;
        session.step(run, "clear", environment.clear()).await?;
        let log = folder.join("service.log");
        let started = session.step(run, "start", environment.start_service(&planned.api, &log)).await?;
        run.start_up_ms = Some(started.start_up_ms);
        run.idle_rss_bytes = started.idle_rss_bytes;
        let first = templates.first().ok_or_else(|| Fault::failed("there is no event to send"))?;
        session.step(run, "prove", environment.prove(first)).await?;
        session.step(run, "clear", environment.clear()).await?;
        let of = load::LoadOf {
            plan: &campaign.plan,
            run: planned,
            endpoint: &started.endpoint,
            templates,
            streams: session.settings.given.k6.is_none(),
        };
        let paths = load::LoadPaths { repository: &session.settings.places.root, folder };
        let job = load::prepare(&of, &paths, campaign.host.cores)?;
        let ran = session.step(run, "load", environment.run_generator(&job, &session.interrupt)).await?;
        run.generator = Some(load::meaning(&ran.end));
        run.samples = Some(ran.samples);
        load::read(&job, &ran.end, planned)
    }
}

impl Session<'_> {
    /// Times a step and tells of it.
    async fn step<T>(
        &self,
        run: &mut TestRun,
        name: &str,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        self.observer.observe(&Event::StepBegan { step: name.to_owned() });
        let began = Instant::now();
        let result = tokio::select! {
            result = work => result?,
            () = self.interrupt.at_least(abandoned_at(name)) => return Err(interrupted(&format!("during {name}"))),
        };
        let took_ms = began.elapsed().as_secs_f64() * 1000.0;
        run.steps.push(Step { name: name.to_owned(), took_ms });
        self.observer.observe(&Event::StepEnded { step: name.to_owned(), took_ms });
        Ok(result)
    }
}

/// What ends a step early. The load ends its phase by itself and the stop is
/// bounded, so neither is abandoned; an audit makes the results worth storing.
fn abandoned_at(step: &str) -> Urgency {
    match step {
        "load" | "stop" => Urgency::Never,
        "audit" => Urgency::Now,
        _ => Urgency::EndPhase,
    }
}
