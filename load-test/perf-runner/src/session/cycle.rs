//! One test run: the steps of measurement in their order, each timed.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{Prepared, Session, interrupted, live::Watch};
use crate::{
    audit,
    environment::Environment,
    fault::Fault,
    host,
    interrupt::Urgency,
    load, measure,
    model::{
        Campaign, Endpoint, EventTemplate, GeneratorJob, GeneratorRun, LoadResult, PlannedRun, Step, TestRun,
    },
    plan,
    progress::Event,
};

/// A campaign that is being measured.
pub(super) struct Measuring<'a, E> {
    pub(super) session: &'a Session<'a>,
    pub(super) environment: &'a mut E,
    pub(super) campaign: &'a Campaign,
    pub(super) prepared: Prepared,
}

/// One test run and what its steps need.
struct Cycle<'a> {
    planned: &'a PlannedRun,
    folder: PathBuf,
    templates: Vec<EventTemplate>,
}

/// What the load came to, and how the generator ended.
struct Loaded {
    result: LoadResult,
    overdue: bool,
    /// Phases whose end was told while it went on.
    told: usize,
}

impl<'a, E: Environment> Measuring<'a, E> {
    pub(super) fn new(
        session: &'a Session<'a>,
        environment: &'a mut E,
        campaign: &'a Campaign,
        prepared: Prepared,
    ) -> Self {
        Self { session, environment, campaign, prepared }
    }

    /// One full cycle. Whatever happens in it is in the result.
    pub(super) async fn test_run(&mut self, planned: &PlannedRun) -> TestRun {
        let now = self.session.now;
        let mut run = TestRun::begin(planned, &self.campaign.id, now());
        run.build_id = self.prepared.build_ids.get(&planned.api.id).cloned();
        let failure = match self.prepared.excluded.get(&planned.api.id) {
            Some(fault) => Some(fault.in_full()),
            None => self.cycle(planned, &mut run).await.err().map(|fault| fault.in_full()),
        };
        run.raw_bytes = host::folder_bytes(&self.session.settings.places.results.join(&run.raw_files));
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
        let Loaded { result, overdue, told } = loaded?;
        stopped?;
        run.phases = measure::phases(&measure::Measured {
            run: planned,
            load: &result,
            samples: run.samples.as_ref(),
            think_time_ms: self.campaign.plan.think_time_ms,
        });
        self.session.tell_phases(&planned.phases, (&run.phases, told));
        let sent = audit::Sent { tag: &planned.tag, templates: &cycle.templates, load: &result };
        let database = self.environment.application_database()?;
        let facts = self.session.step(run, "audit", audit::read(&database, &sent)).await?;
        run.audit = Some(audit::judge(&result, &facts));
        // A figure for people: a campaign does not fail for want of it.
        run.database_bytes = self.environment.database_bytes().await.ok().flatten();
        cut_short(run, overdue)
    }

    async fn start_and_load(&mut self, cycle: &Cycle<'_>, run: &mut TestRun) -> Result<Loaded, Fault> {
        let Cycle { planned, folder, templates } = cycle;
        self.session.step(run, "clear", self.environment.clear()).await?;
        let log = folder.join("service.log");
        let start = self.environment.start_service(&planned.api, &log);
        let started = self.session.step(run, "start", start).await?;
        run.start_up_ms = started.start_up_ms;
        run.idle_rss_bytes = started.idle_rss_bytes;
        let first = templates.first().ok_or_else(|| Fault::failed("there is no event to send"))?;
        self.session.step(run, "prove", self.environment.prove(first)).await?;
        self.session.step(run, "clear", self.environment.clear()).await?;
        if let Some(warm_up) = plan::warm_up(&self.campaign.plan, planned) {
            self.warm_up(cycle, (&warm_up, &started.generator_endpoint), run).await?;
        }
        let job = self.job(planned, (&started.generator_endpoint, templates), folder)?;
        let (ran, told) = self.generate("load", &job, run).await?;
        run.generator = Some(load::meaning(&ran.end));
        run.samples = Some(ran.samples);
        Ok(Loaded { result: load::read(&job, &ran.end, planned)?, overdue: ran.end.overdue, told })
    }

    /// Loads the service and forgets it, rows and statistics too: what is counted
    /// afterwards is what a warm service does.
    async fn warm_up(
        &mut self,
        cycle: &Cycle<'_>,
        (warm_up, endpoint): (&PlannedRun, &Endpoint),
        run: &mut TestRun,
    ) -> Result<(), Fault> {
        let folder = load::make_folder(&cycle.folder.join("warm-up"))?;
        let job = self.job(warm_up, (endpoint, &cycle.templates), &folder)?;
        let (ran, _) = self.generate("warm-up", &job, run).await?;
        let meaning = load::meaning(&ran.end);
        if !meaning.usable {
            return Err(
                Fault::failed(format!("the warm-up broke off: {}", meaning.text)).log(ran.end.log_tail)
            );
        }
        self.session.step(run, "clear", self.environment.clear()).await
    }

    fn job(
        &self,
        planned: &PlannedRun,
        (endpoint, templates): (&Endpoint, &[EventTemplate]),
        folder: &Path,
    ) -> Result<GeneratorJob, Fault> {
        let settings = self.session.settings;
        let of = load::LoadOf {
            plan: &self.campaign.plan,
            run: planned,
            endpoint,
            templates,
            streams: self.environment.streams(),
        };
        let paths = load::LoadPaths { repository: &settings.places.root, folder };
        load::prepare(&of, &paths, self.campaign.host.cores)
    }

    /// Runs the generator and tells of its load. Gives how many phases' ends were told.
    async fn generate(
        &mut self,
        step: &str,
        job: &GeneratorJob,
        run: &mut TestRun,
    ) -> Result<(GeneratorRun, usize), Fault> {
        let session = self.session;
        let of = (run.api.clone(), self.campaign.plan.think_time_ms);
        let mut watch = Watch::new(session, job, of);
        let work = async {
            tokio::select! {
                ran = self.environment.run_generator(job, &session.interrupt, session.observer) => ran,
                never = watch.watch() => match never {},
            }
        };
        let ran = session.step(run, step, work).await?;
        Ok((ran, watch.told()))
    }
}

/// Numbers of a load that was not held to its end are kept, and the test run has
/// failed all the same.
fn cut_short(run: &TestRun, overdue: bool) -> Result<(), Fault> {
    if overdue {
        return Err(Fault::failed(format!(
            "the load of {} went on past its deadline and was ended",
            run.api
        )));
    }
    match &run.service {
        Some(end) if end.early => {
            let how = match (end.code, end.signal) {
                (Some(code), _) => format!("exit code {code}"),
                (None, Some(signal)) => format!("signal {signal}"),
                (None, None) => "for a reason that is not known".to_owned(),
            };
            Err(Fault::failed(format!("{} ended during its load: {how}", run.api)).log(end.log_tail.clone()))
        }
        _ => Ok(()),
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
        "warm-up" | "load" | "stop" => Urgency::Never,
        "audit" => Urgency::Now,
        _ => Urgency::EndPhase,
    }
}
