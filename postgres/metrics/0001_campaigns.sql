-- One row is one invocation of the runner: what it planned, with which seed,
-- and where it ran. Facts only, here and in every table that follows: no verdict
-- on an API, no rank. Null means "not measured", never zero.
--
-- A file of this folder is never changed once it has been released; the next
-- change of the schema is the next file.
create table campaigns (
  campaign_id    text        primary key,
  mode           text        not null check (mode in ('smoke', 'full', 'saturation')),

  -- Everything that was decided before anything was started, every test run
  -- included, so that a campaign can be judged against its own plan.
  plan           jsonb       not null,

  -- Repeats the plan's seed so that it can be asked for; it cannot differ. Seeds
  -- have 64 bits without a sign, one more than a bigint.
  seed           numeric(20) not null check (seed = (plan ->> 'seed')::numeric),
  think_time_ms  bigint      not null check (think_time_ms >= 0),

  -- Null when the runner did not stand in a repository.
  git_commit     text,
  git_dirty      boolean,

  -- Processor, memory, kernel, limits, versions. Neither names nor addresses nor
  -- absolute paths: reports print it.
  environment    jsonb       not null,

  -- A short hash over the stable part of the environment and of the plan:
  -- campaigns of equal fingerprints may be compared.
  fingerprint    text        not null,
  runtime        text        not null,
  runner_version text        not null,

  -- Whether the contract's cases were played against the services before the load.
  verified       boolean     not null,

  started_at     timestamptz not null,
  finished_at    timestamptz,

  -- "running" is also what a killed runner leaves behind.
  status         text        not null check (status in ('running', 'completed', 'failed', 'interrupted')),

  check (num_nulls(git_commit, git_dirty) in (0, 2))
);

-- "The latest" is what is asked for most.
create index campaigns_started_at on campaigns (started_at desc);

comment on table campaigns is 'One invocation of the runner.';
comment on column campaigns.campaign_id is 'Start time, mode and four random digits: 20261121-104351-smoke-7f3a.';
comment on column campaigns.mode is 'What it was for; smoke proves the path and ranks nothing.';
comment on column campaigns.plan is 'What was planned, every test run included.';
comment on column campaigns.seed is 'Seed of every random choice, as in the plan.';
comment on column campaigns.think_time_ms is 'Pause of a virtual user after each call, in milliseconds.';
comment on column campaigns.git_commit is 'Full commit id of the repository; null outside one.';
comment on column campaigns.git_dirty is 'Whether tracked files differed from that commit.';
comment on column campaigns.environment is 'Facts of the host before anything was started.';
comment on column campaigns.fingerprint is 'Hash of what must be equal for two campaigns to be comparable.';
comment on column campaigns.runtime is 'How services were run: process, docker or fake.';
comment on column campaigns.runner_version is 'Version of the runner that measured.';
comment on column campaigns.verified is 'Whether the contract''s cases were played before the load.';
comment on column campaigns.started_at is 'When it began, by the runner''s clock.';
comment on column campaigns.finished_at is 'When it ended; null while it runs.';
comment on column campaigns.status is 'How far it got.';
