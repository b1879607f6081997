//! One load: the generator held, released, and everything sampled meanwhile.

use std::pin::pin;

use super::{counters::OfContainers, generator::Generator, postgres::Postgres, service::Service};
use crate::{
    environment::{
        endings::Bounds,
        sampling::{DatabaseUrls, Ports, Sampled, Sampler, Sampling},
    },
    fault::Fault,
    model::{GeneratorRun, PlannedPhase, Samples, Target},
    progress::Observer,
};

/// What a load is about.
#[derive(Clone, Copy)]
pub(super) struct Loaded<'a> {
    pub(super) service: Option<&'a Service>,
    pub(super) application: Option<&'a Postgres>,
}

/// Whom to ask, and whom to tell, while it goes on.
pub(super) struct Told<'a> {
    pub(super) database: Option<DatabaseUrls<'a>>,
    pub(super) phases: &'a [PlannedPhase],
    pub(super) observer: &'a dyn Observer,
}

impl Loaded<'_> {
    /// Holds the generator until it has all its VUs, releases it, and samples every
    /// container until its end.
    ///
    /// # Errors
    /// When the generator cannot be started, or a container is out of sight.
    pub(super) async fn by(
        &self,
        generator: &mut Generator,
        bounds: &Bounds<'_>,
        Told { database, phases, observer }: Told<'_>,
    ) -> Result<GeneratorRun, Fault> {
        let mut service_ended = pin!(async {
            match self.service {
                Some(service) => service.ended().await,
                None => std::future::pending().await,
            }
        });
        generator.start().await?;
        if let Some(end) = generator.ready(bounds, service_ended.as_mut()).await? {
            return Ok(GeneratorRun { end, samples: Samples::default() });
        }
        let (counters, sampled) = self.watched(generator).await?;
        let what = Sampling { sampled, database, phases, observer };
        let mut reading = Sampler::begin(&what, counters).await;
        reading.released(generator.release().await?);
        let end = tokio::select! {
            end = generator.wait(bounds, service_ended) => end?,
            never = reading.watch(observer) => match never {},
        };
        Ok(GeneratorRun { end, samples: reading.finish().await })
    }

    /// The containers, and their processes where these can be seen.
    async fn watched(&self, generator: &Generator) -> Result<(OfContainers, Sampled), Fault> {
        let containers = [
            (Target::Api, self.service.map(|service| &service.container)),
            (Target::K6, Some(&generator.container)),
            (Target::Postgres, self.application.map(|postgres| &postgres.container)),
        ];
        let mut sampled = Sampled { service: None, generator: None, database: None, ports: Ports::default() };
        let mut counted = Vec::new();
        for (target, container) in containers {
            let Some(container) = container else { continue };
            let pid = container.visible_pid().await?;
            match target {
                Target::Api => sampled.service = pid,
                Target::K6 => sampled.generator = pid,
                _ => sampled.database = pid,
            }
            counted.push((target, container.clone()));
        }
        Ok((OfContainers(counted), sampled))
    }
}
