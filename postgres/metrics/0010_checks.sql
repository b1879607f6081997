-- One row is one verdict on one thing, with the value it saw and the limit it
-- held it against, so that it can be understood after the limits have changed.
create table checks (
  campaign_id    text             not null references campaigns on delete cascade,

  -- Null for a check on a whole campaign.
  test_run_id    text             references test_runs on delete cascade,

  -- Null for a check on a whole test run.
  phase          text,
  position       bigint           not null check (position >= 1),

  check_id       text             not null,
  value          double precision,
  limit_text     text             not null,
  limits_version bigint           not null check (limits_version >= 1),

  -- "unknown" could not be measured, and never counts as passed.
  verdict        text             not null check (verdict in ('ok', 'warn', 'unknown', 'invalid')),
  text           text             not null,

  foreign key (test_run_id, phase) references test_phases on delete cascade,
  check (phase is null or test_run_id is not null)
);

-- A primary key would refuse the null of a check on a whole campaign.
create unique index checks_key on checks (campaign_id, coalesce(test_run_id, ''), position);
create index checks_test_run on checks (test_run_id);

comment on table checks is 'One verdict on a campaign, a test run or a phase.';
comment on column checks.campaign_id is 'The campaign.';
comment on column checks.test_run_id is 'The test run; null for the whole campaign.';
comment on column checks.phase is 'The phase; null for the whole test run.';
comment on column checks.position is 'Its place among the checks of the same test run, from 1.';
comment on column checks.check_id is 'Stable name of the check.';
comment on column checks.value is 'What it saw; null when it could not be measured.';
comment on column checks.limit_text is 'The limit it held the value against, in words.';
comment on column checks.limits_version is 'Version of the table of limits.';
comment on column checks.verdict is 'What it says.';
comment on column checks.text is 'One sentence for the reader.';
