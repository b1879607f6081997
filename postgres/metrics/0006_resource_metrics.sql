-- One row is what one target had used by one second of a test run. Counters are
-- stored as counters: rates are differences of them, never sampled percentages.
create table resource_metrics (
  test_run_id            text             not null references test_runs on delete cascade,
  target                 text             not null check (target in ('api', 'k6', 'postgres', 'runner', 'host')),
  second                 integer          not null check (second >= 0),
  sampled_at             timestamptz      not null,
  cpu_seconds            double precision check (cpu_seconds >= 0),
  rss_bytes              bigint           check (rss_bytes >= 0),
  threads                integer          check (threads >= 0),
  context_switches       bigint           check (context_switches >= 0),
  network_received_bytes bigint           check (network_received_bytes >= 0),
  network_sent_bytes     bigint           check (network_sent_bytes >= 0),
  block_read_bytes       bigint           check (block_read_bytes >= 0),
  block_written_bytes    bigint           check (block_written_bytes >= 0),
  throttled_seconds      double precision check (throttled_seconds >= 0),
  sockets                jsonb            check (jsonb_typeof(sockets) = 'object'),

  primary key (test_run_id, target, second)
);

comment on table resource_metrics is 'What one target had used by one second of a test run.';
comment on column resource_metrics.test_run_id is 'The test run.';
comment on column resource_metrics.target is 'Whose resources: the service, the generator, the database with all its backends, the runner, the host.';
comment on column resource_metrics.second is 'Whole seconds since the generator was released.';
comment on column resource_metrics.sampled_at is 'When it was read.';
comment on column resource_metrics.cpu_seconds is 'Processor time used so far, in seconds.';
comment on column resource_metrics.rss_bytes is 'Resident memory, in bytes.';
comment on column resource_metrics.threads is 'Threads.';
comment on column resource_metrics.context_switches is 'Context switches so far.';
comment on column resource_metrics.network_received_bytes is 'Bytes received so far.';
comment on column resource_metrics.network_sent_bytes is 'Bytes sent so far.';
comment on column resource_metrics.block_read_bytes is 'Bytes read from block devices so far.';
comment on column resource_metrics.block_written_bytes is 'Bytes written to block devices so far.';
comment on column resource_metrics.throttled_seconds is 'Time for which a limit kept it from running, in seconds.';
comment on column resource_metrics.sockets is 'Number of sockets by state.';
