-- The database is looked at while the generator runs, whatever phase that is in;
-- which phase a moment belongs to can be told from the plan.
alter table db_activity_metrics drop constraint db_activity_metrics_pkey;
alter table db_activity_metrics
  add column sample_number bigint check (sample_number >= 1),
  add column at_ms         double precision;

update db_activity_metrics activity
   set sample_number = numbered.sample_number, at_ms = numbered.at_ms
  from (select test_run_id, phase, second, planned_start_ms + second * 1000.0 as at_ms,
               row_number() over (partition by test_run_id order by planned_start_ms, second) as sample_number
          from db_activity_metrics
          join test_phases using (test_run_id, phase)) numbered
 where (activity.test_run_id, activity.phase, activity.second)
     = (numbered.test_run_id, numbered.phase, numbered.second);

alter table db_activity_metrics
  alter column at_ms set not null,
  drop column phase,
  drop column second,
  add primary key (test_run_id, sample_number),
  add foreign key (test_run_id) references test_runs on delete cascade;

comment on table db_activity_metrics is 'What the database''s connections were doing at one moment of a test run.';
comment on column db_activity_metrics.sample_number is 'Counts the samples of a test run in the order of time, from 1.';
comment on column db_activity_metrics.at_ms is 'Milliseconds since the generator was released.';
