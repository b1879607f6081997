-- What was sampled has tables of its own; what is true of all samples of a test
-- run stands here. A test run from before this change was not sampled.
alter table test_runs
  add column sampled     boolean not null default false,
  add column released_at timestamptz,
  add column processors  jsonb   check (jsonb_typeof(processors) = 'object'),
  add check (sampled = (processors is not null)),
  add check (sampled or released_at is null);

comment on column test_runs.sampled is 'Whether processes were sampled while the generator ran.';
comment on column test_runs.released_at is 'When the generator was released: what the samples'' milliseconds count from; null when it was never held.';
comment on column test_runs.processors is 'The processors that each target may use, by their numbers.';
