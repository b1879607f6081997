-- What was sampled has tables of its own; what is true of all samples of a test
-- run stands here. A test run from before this change was not sampled.
alter table test_runs
  add column processors  jsonb check (jsonb_typeof(processors) = 'object'),
  add column released_at timestamptz,
  add check (processors is not null or released_at is null);

comment on column test_runs.processors is 'The processors that each target may use, by their numbers; null when nothing was sampled.';
comment on column test_runs.released_at is 'When the generator was released: what the samples'' milliseconds count from; null when it was never held.';
