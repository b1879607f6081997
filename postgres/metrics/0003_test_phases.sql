-- One row is one held load of a test run: what was planned, and what was counted.
-- A phase that was planned and never begun has its plan and no counts.
create table test_phases (
  test_run_id               text             not null references test_runs on delete cascade,
  phase                     text             not null,
  position                  bigint           not null check (position >= 1),

  planned_load              text             not null check (planned_load in ('iterations', 'vus', 'rate')),
  planned_vus               bigint           check (planned_vus >= 1),
  planned_iterations_per_vu bigint           check (planned_iterations_per_vu >= 1),
  planned_rate_per_s        double precision check (planned_rate_per_s > 0),
  planned_start_ms          bigint           not null check (planned_start_ms >= 0),
  planned_duration_ms       bigint           not null check (planned_duration_ms >= 0),
  planned_settle_ms         bigint           not null check (planned_settle_ms >= 0),

  began_at                  timestamptz,
  ended_at                  timestamptz,
  window_ms                 double precision check (window_ms >= 0),

  -- Counted by the load script, for both wires by the same code. Every iteration
  -- is one call, so acknowledged, failed and unknown must add up to iterations;
  -- that they do is a check, not a constraint: a fact is stored even when it is wrong.
  iterations                bigint           check (iterations >= 0),
  requests                  bigint           check (requests >= 0),
  acknowledged              bigint           check (acknowledged >= 0),
  failed                    jsonb            check (jsonb_typeof(failed) = 'object'),
  unknown                   bigint           check (unknown >= 0),
  dropped                   bigint           check (dropped >= 0),
  sent_bytes                bigint           check (sent_bytes >= 0),
  received_bytes            bigint           check (received_bytes >= 0),
  connections_opened        bigint           check (connections_opened >= 0),
  mean_vus                  double precision check (mean_vus >= 0),
  time_weighted_vus         double precision check (time_weighted_vus >= 0),

  primary key (test_run_id, phase),
  unique (test_run_id, position),
  check (num_nulls(iterations, acknowledged, failed, unknown) in (0, 4))
);

comment on table test_phases is 'One held load of a test run: planned and counted.';
comment on column test_phases.test_run_id is 'The test run it belongs to.';
comment on column test_phases.phase is 'Its name: p1, p2, ...';
comment on column test_phases.position is 'Its place in the plan, from 1.';
comment on column test_phases.planned_load is 'Kind of load: a set number of iterations, of virtual users, or an arrival rate.';
comment on column test_phases.planned_vus is 'Virtual users.';
comment on column test_phases.planned_iterations_per_vu is 'Iterations of each, where their number is set.';
comment on column test_phases.planned_rate_per_s is 'Arrivals per second, where the rate is set.';
comment on column test_phases.planned_start_ms is 'Start after the generator''s release, in milliseconds.';
comment on column test_phases.planned_duration_ms is 'How long it lasts, or may last at most, in milliseconds.';
comment on column test_phases.planned_settle_ms is 'How much of its beginning does not count, in milliseconds.';
comment on column test_phases.began_at is 'When it began.';
comment on column test_phases.ended_at is 'When it ended.';
comment on column test_phases.window_ms is 'Length of the part that counts, in milliseconds.';
comment on column test_phases.iterations is 'Passes of a virtual user; null when the phase was not begun.';
comment on column test_phases.requests is 'Calls that were begun.';
comment on column test_phases.acknowledged is 'Events answered with success.';
comment on column test_phases.failed is 'Events answered with a fault, by kind.';
comment on column test_phases.unknown is 'Events without an answer: they may or may not be stored.';
comment on column test_phases.dropped is 'Iterations that the generator should have started and did not.';
comment on column test_phases.sent_bytes is 'Bytes sent by the generator.';
comment on column test_phases.received_bytes is 'Bytes received by the generator.';
comment on column test_phases.connections_opened is 'Connections opened for calls.';
comment on column test_phases.mean_vus is 'Mean of the virtual users sampled.';
comment on column test_phases.time_weighted_vus is 'Virtual users weighted by how long there were so many.';
