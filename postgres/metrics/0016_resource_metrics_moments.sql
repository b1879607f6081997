-- Samples are taken at the edges of windows as well as every second, and before
-- the generator's release: a whole second is no name for one of them. The rows of
-- a test run are numbered in the order of time instead.
alter table resource_metrics drop constraint resource_metrics_pkey;
alter table resource_metrics
  add column sample_number bigint check (sample_number >= 1),
  add column at_ms         double precision,
  add column pressure      jsonb check (jsonb_typeof(pressure) = 'object'),
  alter column threads type bigint;

update resource_metrics resource
   set sample_number = numbered.sample_number, at_ms = numbered.second * 1000.0
  from (select test_run_id, target, second,
               row_number() over (partition by test_run_id order by second, target) as sample_number
          from resource_metrics) numbered
 where (resource.test_run_id, resource.target, resource.second)
     = (numbered.test_run_id, numbered.target, numbered.second);

alter table resource_metrics
  alter column at_ms set not null,
  drop column second,
  add primary key (test_run_id, sample_number);

comment on table resource_metrics is 'What one target had used by one moment of a test run.';
comment on column resource_metrics.sample_number is 'Counts the samples of a test run in the order of time, from 1.';
comment on column resource_metrics.at_ms is 'Milliseconds since the generator was released; negative before.';
comment on column resource_metrics.cpu_seconds is 'Processor time used so far, in seconds; of the host: of all processors.';
comment on column resource_metrics.rss_bytes is 'Resident memory, in bytes; of the host: memory in use.';
comment on column resource_metrics.throttled_seconds is 'Time for which a limit kept it from running so far, in seconds.';
comment on column resource_metrics.pressure is 'Time for which tasks waited so far, in seconds, by resource and kind, and other counters of the host.';
