//! `up` and `down`: one service with its database, for use by hand.

use std::process::ExitCode;

use clap::Args;

use super::{ApplicationArgs, Fault, Observer, Places, build::BuildArgs, print, process_settings};
use crate::{
    environment::process::{
        ProcessSettings,
        standing::{self, StandingService},
    },
    model::Protocol,
};

#[derive(Debug, Args)]
pub(super) struct UpArgs {
    /// API to start.
    #[arg(value_name = "NAME")]
    api: String,
    /// Port to listen on, at 127.0.0.1 [default: a free one].
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), env = "PERF_PORT")]
    port: Option<u16>,
    #[command(flatten)]
    build: BuildArgs,
    #[command(flatten)]
    application: ApplicationArgs,
}

/// Starts the service and prints how to call it.
///
/// # Errors
/// When it does not start, or one is up already.
pub(super) async fn up(args: UpArgs, places: &Places, observer: &dyn Observer) -> Result<ExitCode, Fault> {
    let apis = args.build.select(places, std::slice::from_ref(&args.api)).await?;
    let settings = ProcessSettings {
        service_port: args.port,
        ..process_settings(places, args.application, args.build.skip_build)?
    };
    for api in &apis {
        let service = standing::up(settings.clone(), api, observer).await?;
        print::result(&how_to_call(&service));
    }
    Ok(ExitCode::SUCCESS)
}

/// Stops what `up` started.
///
/// # Errors
/// When another runner is at work.
pub(super) fn down(places: &Places, observer: &dyn Observer) -> Result<ExitCode, Fault> {
    let ended = standing::down(&places.state, observer)?;
    print::result(&match ended.as_slice() {
        [] => "nothing was up\n".to_owned(),
        ended => format!("stopped {}\n", ended.join(", ")),
    });
    Ok(ExitCode::SUCCESS)
}

fn how_to_call(service: &StandingService) -> String {
    let StandingService { api, endpoint, pid, database_url, log } = service;
    let at = &endpoint.authority;
    let call = match endpoint.protocol {
        Protocol::Rest => format!("curl http://{at}/api/v1/events/health"),
        Protocol::Grpc => format!("grpcurl -plaintext {at} com.example.grpc.EventService/HealthCheck"),
    };
    format!(
        "{api} is up at {at} (pid {pid})\n\n  call      {call}\n  database  psql {database_url}\n  log       {}\n\n\
         stop it with `perf-runner down`\n",
        log.display()
    )
}
