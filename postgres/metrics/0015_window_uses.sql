-- One row is what one target used in a window: differences of the counters in
-- resource_metrics between the window's edges.
create table window_uses (
  test_run_id                 text             not null,
  phase                       text             not null,
  target                      text             not null check (target in ('api', 'k6', 'postgres', 'runner', 'host')),
  sampled_ms                  double precision not null,
  cpu_seconds                 double precision,
  cpu_seconds_per_1000_events double precision,
  cpu_cores                   double precision,
  rss_max_bytes               bigint           check (rss_max_bytes >= 0),
  threads_max                 bigint           check (threads_max >= 0),
  context_switches            bigint           check (context_switches >= 0),
  network_bytes               bigint           check (network_bytes >= 0),
  block_bytes                 bigint           check (block_bytes >= 0),
  throttled_seconds           double precision,
  sockets_max                 jsonb            check (jsonb_typeof(sockets_max) = 'object'),
  pressure                    jsonb            check (jsonb_typeof(pressure) = 'object'),

  primary key (test_run_id, phase, target),
  foreign key (test_run_id, phase) references phase_windows on delete cascade
);

comment on table window_uses is 'What one target used in a window.';
comment on column window_uses.test_run_id is 'The test run.';
comment on column window_uses.phase is 'The phase.';
comment on column window_uses.target is 'Whose: the service, the generator, the database with all its backends, the runner, the host.';
comment on column window_uses.sampled_ms is 'Time between the samples it is made from, in milliseconds.';
comment on column window_uses.cpu_seconds is 'Processor time, in seconds.';
comment on column window_uses.cpu_seconds_per_1000_events is 'Processor time per 1,000 acknowledged events, in seconds.';
comment on column window_uses.cpu_cores is 'Mean of the processors kept busy.';
comment on column window_uses.rss_max_bytes is 'Largest resident memory, in bytes.';
comment on column window_uses.threads_max is 'Largest number of threads.';
comment on column window_uses.context_switches is 'Context switches.';
comment on column window_uses.network_bytes is 'Bytes received and sent.';
comment on column window_uses.block_bytes is 'Bytes read from and written to block devices.';
comment on column window_uses.throttled_seconds is 'Time for which a limit kept it from running, in seconds.';
comment on column window_uses.sockets_max is 'Largest number of sockets by state.';
comment on column window_uses.pressure is 'Waiting time in seconds and other counters of the host, by name.';
