-- One row is what the database alone can do with events of one size: the
-- contract's statement driven by pgbench, before the first test run.
create table ceilings (
  campaign_id  text             not null references campaigns on delete cascade,
  payload      text             not null,
  concurrency  bigint           not null check (concurrency >= 1),
  duration_ms  bigint           not null check (duration_ms >= 0),
  events_per_s double precision check (events_per_s >= 0),
  reason       text,

  primary key (campaign_id, payload),
  -- What is not measured says why.
  check (num_nulls(events_per_s, reason) = 1)
);

comment on table ceilings is 'What the database alone can do, without any service.';
comment on column ceilings.campaign_id is 'The campaign.';
comment on column ceilings.payload is 'Size of the events whose attributes were stored.';
comment on column ceilings.concurrency is 'Connections that were busy at once.';
comment on column ceilings.duration_ms is 'How long it was driven, in milliseconds.';
comment on column ceilings.events_per_s is 'Events stored per second; null when it could not be measured.';
comment on column ceilings.reason is 'Why it could not be measured.';
