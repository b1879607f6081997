//! Prints what the audit of so many events costs, on a private database that holds
//! what they would have stored. Called by `cargo xtask bench audit`.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use perf_runner::{
    audit::{self, Sent},
    load,
    model::{ApplicationDatabase, EventTemplate, LoadResult, PayloadSize},
};
use postgres_cluster::{SUPERUSER, TemporaryCluster};
use procfs::process::Process;
use sqlx::{Connection as _, Executor as _, PgConnection};

const TAG: &str = "1a2b3c4d";
const USERS: u64 = 50;
const DATABASE: &str = "car_entities";

/// As the generator names events: each user sends the same number of them.
const STORE: &str = "
    insert into car_entities (entity_type, id, created_at, updated_at, data)
    select template.entity_type,
           template.kind || '-' || $1 || '-' || lpad(vu::text, 5, '0') || '-' || lpad(call::text, 9, '0'),
           now(), now(), template.attributes::jsonb
      from generate_series(1, $2) as vu
     cross join generate_series(0, $3 - 1) as call
      join unnest($4::text[], $5::text[], $6::text[]) with ordinality
           as template (kind, entity_type, attributes, number)
        on template.number = (vu + call) % $7 + 1";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let events: u64 = words.next().map_or(Ok(1_000_000), |word| word.parse())?;
    let payload: PayloadSize =
        words.next().map_or(Ok(PayloadSize::Default), |word| serde_json::from_value(word.into()))?;
    let templates = load::make_templates(payload, 1).map_err(|fault| fault.to_string())?;
    let cluster = TemporaryCluster::start()?;
    let mut owner = prepare(&cluster).await?;
    let calls = events.div_ceil(USERS);
    store(&mut owner, &templates, calls).await?;
    let backend: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut owner).await?;
    let server = Process::new(backend)?.stat()?.ppid;
    let (size, spilt): (String, i64) = sqlx::query_as(
        "select pg_size_pretty(pg_total_relation_size('car_entities')), temp_bytes
           from pg_stat_database where datname = current_database()",
    )
    .fetch_one(&mut owner)
    .await?;

    let load = everything_acknowledged(calls * USERS)?;
    let database = ApplicationDatabase::Postgres {
        service_url: cluster.url("producer", DATABASE),
        runner_url: cluster.url(SUPERUSER, DATABASE),
        owner_url: None,
    };
    let (began, used) = (Instant::now(), backends_cpu(server)?);
    let sent = Sent { tag: TAG, templates: &templates, load: &load };
    let facts = audit::read(&database, &sent).await.map_err(|fault| fault.to_string())?;
    let took = began.elapsed().as_secs_f64();
    alone(&mut owner).await?;
    let cpu = backends_cpu(server)? - used;
    let audit = audit::judge(&load, &facts);
    let million = f64::from(u32::try_from(calls * USERS)?) / 1e6;
    // Statistics of a connection that has gone are there at once.
    let after: i64 =
        sqlx::query_scalar("select temp_bytes from pg_stat_database where datname = current_database()")
            .fetch_one(&mut owner)
            .await?;
    println!(
        "{} events of {payload}, {size} stored: {} lost, {} unexpected, {} differ",
        audit.acknowledged, audit.lost, audit.unexpected, audit.content_differs
    );
    println!(
        "audited in {took:.1} s with {cpu:.1} s of processor time, {} MB on disk for it",
        (after - spilt) >> 20
    );
    println!("for a million: {:.1} s with {:.1} s of processor time", took / million, cpu / million);
    Ok(())
}

/// Processor time of the server's connections that have ended, in seconds.
fn backends_cpu(server: i32) -> Result<f64, Box<dyn Error>> {
    let stat = Process::new(server)?.stat()?;
    let ticks = i32::try_from(stat.cutime + stat.cstime)?;
    Ok(f64::from(ticks) / f64::from(u32::try_from(procfs::ticks_per_second())?))
}

/// Waits until the audit's connection and its helpers have ended: only then is their
/// time in the server's books.
async fn alone(owner: &mut PgConnection) -> Result<(), sqlx::Error> {
    loop {
        let count: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
              where backend_type in ('client backend', 'parallel worker') and pid <> pg_backend_pid()",
        )
        .fetch_one(&mut *owner)
        .await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        if count == 0 {
            return Ok(());
        }
    }
}

async fn prepare(cluster: &TemporaryCluster) -> Result<PgConnection, Box<dyn Error>> {
    let mut server = PgConnection::connect(&cluster.superuser_url()).await?;
    server.execute("create database car_entities").await?;
    let mut owner = PgConnection::connect(&cluster.url(SUPERUSER, DATABASE)).await?;
    for script in [include_str!("../../../postgres/schema.sql"), include_str!("../../../postgres/roles.sql")]
    {
        sqlx::raw_sql(script).execute(&mut owner).await?;
    }
    owner.execute("create extension pg_stat_statements").await?;
    Ok(owner)
}

async fn store(
    owner: &mut PgConnection,
    templates: &[EventTemplate],
    calls: u64,
) -> Result<(), Box<dyn Error>> {
    let column = |of: fn(&EventTemplate) -> &str| templates.iter().map(of).collect::<Vec<&str>>();
    sqlx::query(STORE)
        .bind(TAG)
        .bind(i64::try_from(USERS)?)
        .bind(i64::try_from(calls)?)
        .bind(column(|template| &template.kind))
        .bind(column(|template| &template.entity_type))
        .bind(column(|template| &template.attributes))
        .bind(i64::try_from(templates.len())?)
        .execute(&mut *owner)
        .await?;
    Ok(())
}

/// What the generator would have told of as many events.
fn everything_acknowledged(events: u64) -> Result<LoadResult, serde_json::Error> {
    serde_json::from_value(serde_json::json!({
        "exit": { "code": 0, "text": "it ran to its end", "usable": true },
        "phases": [{
            "name": "p1", "iterations": events, "attempts": events, "acknowledged": events, "failed": {},
            "unknown": 0, "dropped": 0, "connections_opened": USERS, "sent_bytes": 0, "received_bytes": 0,
            "request": null, "iteration": null,
        }],
        "phase_ms": {}, "unacknowledged": [], "unacknowledged_complete": true,
    }))
}
