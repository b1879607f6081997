-- A campaign that was interrupted can be taken up again; whoever reads its numbers
-- must know that they were not measured in one go.
alter table campaigns
  add column resumed_at timestamptz[] not null default '{}';

comment on column campaigns.resumed_at is 'When it was taken up again after an interruption, in order.';
