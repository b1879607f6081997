-- One row is what was acknowledged held against what is stored, after one test
-- run. A test run without a row was not audited.
create table audits (
  test_run_id            text             primary key references test_runs on delete cascade,
  acknowledged           bigint           not null check (acknowledged >= 0),
  unknown                bigint           not null check (unknown >= 0),
  stored                 bigint           not null check (stored >= 0),
  lost                   bigint           not null check (lost >= 0),
  unexpected             bigint           not null check (unexpected >= 0),
  duplicated             bigint           not null check (duplicated >= 0),
  content_differs        bigint           not null check (content_differs >= 0),
  statements_per_event   double precision check (statements_per_event >= 0),
  rows_per_event         double precision check (rows_per_event >= 0),
  transactions_per_event double precision check (transactions_per_event >= 0),
  examples               text[]           not null
);

comment on table audits is 'What was acknowledged held against what is stored.';
comment on column audits.test_run_id is 'The test run.';
comment on column audits.acknowledged is 'Events answered with success.';
comment on column audits.unknown is 'Events without an answer.';
comment on column audits.stored is 'Rows that this test run can have stored.';
comment on column audits.lost is 'Acknowledged events that are not stored, at least.';
comment on column audits.unexpected is 'Rows that nobody sent, or whose event was refused.';
comment on column audits.duplicated is 'Rows beyond one per event that was acknowledged or is unknown.';
comment on column audits.content_differs is 'Rows whose content differs from what was sent.';
comment on column audits.statements_per_event is 'Upserts per acknowledged event; null when it cannot be known.';
comment on column audits.rows_per_event is 'Rows touched per acknowledged event; null when it cannot be known.';
comment on column audits.transactions_per_event is 'Transactions per acknowledged event; null when it cannot be known.';
comment on column audits.examples is 'Up to five ids of rows that are wrong.';
