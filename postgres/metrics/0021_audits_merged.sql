-- Events can merge into rows that others created; such an event adds no row, so
-- without this count stored could not be held against acknowledged.
alter table audits add column merged bigint not null default 0 check (merged >= 0);

comment on column audits.merged is 'Acknowledged events that merged into rows that others had created.';
