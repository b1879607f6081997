-- One row is one API with one payload size in one round: one full cycle from an
-- empty table to the audit. A test run that failed has a row too, with its reason
-- and whatever was known by then.
create table test_runs (
  test_run_id          text             primary key,
  campaign_id          text             not null references campaigns on delete cascade,

  -- Together the order in which the test runs of a campaign were made.
  round                bigint           not null check (round >= 1),
  slot                 bigint           not null check (slot >= 1),

  api                  text             not null,
  language             text             not null check (language in ('java', 'rust', 'go')),
  protocol             text             not null check (protocol in ('rest', 'grpc')),
  payload              text             not null check (payload in ('default', '400b', '4k', '8k', '32k', '64k')),
  payload_bytes        double precision check (payload_bytes > 0),

  -- Changes when the binary does.
  build_id             text,

  started_at           timestamptz      not null,
  finished_at          timestamptz      not null,
  steps                jsonb            not null check (jsonb_typeof(steps) = 'array'),
  start_up_ms          double precision check (start_up_ms >= 0),
  idle_rss_bytes       bigint           check (idle_rss_bytes >= 0),

  -- How the generator ended. All three are null when it was never started; the
  -- exit code alone is null when a signal ended it.
  generator_exit_code  integer,
  generator_exit_text  text,
  generator_usable     boolean,

  -- How the service ended, in the same way.
  service_exit_code    integer,
  service_exit_signal  integer,
  service_ended_early  boolean,
  service_killed       boolean,
  service_log_tail     text[],

  status               text             not null check (status in ('completed', 'failed', 'interrupted')),
  failure              text,
  raw_files            text             not null,

  unique (campaign_id, round, slot),
  check (num_nulls(generator_exit_text, generator_usable) in (0, 2)),
  check (generator_exit_text is not null or generator_exit_code is null),
  check (num_nulls(service_ended_early, service_killed, service_log_tail) in (0, 3)),
  check (service_ended_early is not null or num_nonnulls(service_exit_code, service_exit_signal) = 0)
);

comment on table test_runs is 'One API, one payload size, in one round.';
comment on column test_runs.test_run_id is 'The campaign''s id, round and slot, API and payload size.';
comment on column test_runs.campaign_id is 'The campaign it belongs to.';
comment on column test_runs.round is 'Round, from 1.';
comment on column test_runs.slot is 'Position in the round, from 1.';
comment on column test_runs.api is 'Name of the API in the registry.';
comment on column test_runs.language is 'The language it is written in.';
comment on column test_runs.protocol is 'The wire it speaks.';
comment on column test_runs.payload is 'Chosen size of an event''s JSON body.';
comment on column test_runs.payload_bytes is 'Mean bytes of one event on its own wire, without framing.';
comment on column test_runs.build_id is 'Hash of what was started.';
comment on column test_runs.started_at is 'When the cycle began.';
comment on column test_runs.finished_at is 'When the cycle ended.';
comment on column test_runs.steps is 'The steps that were made, in order, each with its time in milliseconds.';
comment on column test_runs.start_up_ms is 'From the start of the process to the first healthy answer over its own wire, in milliseconds.';
comment on column test_runs.idle_rss_bytes is 'Resident memory when the service became ready, in bytes.';
comment on column test_runs.generator_exit_code is 'Exit code of the generator.';
comment on column test_runs.generator_exit_text is 'What that exit means.';
comment on column test_runs.generator_usable is 'Whether what the generator wrote can be used.';
comment on column test_runs.service_exit_code is 'Exit code of the service.';
comment on column test_runs.service_exit_signal is 'The signal that ended it.';
comment on column test_runs.service_ended_early is 'Whether it had ended before it was asked to.';
comment on column test_runs.service_killed is 'Whether it did not stop in time and was killed.';
comment on column test_runs.service_log_tail is 'Its last log lines, kept when it did not end well.';
comment on column test_runs.status is 'How the test run ended.';
comment on column test_runs.failure is 'Why it failed, in one sentence.';
comment on column test_runs.raw_files is 'Folder of its raw files, relative to the results folder.';
