-- One row is what the database's connections were doing in one second of a phase.
create table db_activity_metrics (
  test_run_id text    not null,
  phase       text    not null,
  second      integer not null check (second >= 0),
  connections jsonb   check (jsonb_typeof(connections) = 'object'),
  waits       jsonb   check (jsonb_typeof(waits) = 'object'),

  primary key (test_run_id, phase, second),
  foreign key (test_run_id, phase) references test_phases on delete cascade
);

comment on table db_activity_metrics is 'What the database''s connections were doing in one second of a phase.';
comment on column db_activity_metrics.test_run_id is 'The test run.';
comment on column db_activity_metrics.phase is 'The phase.';
comment on column db_activity_metrics.second is 'Whole seconds since the phase began.';
comment on column db_activity_metrics.connections is 'Number of connections by state.';
comment on column db_activity_metrics.waits is 'Number of waiting connections by event.';
