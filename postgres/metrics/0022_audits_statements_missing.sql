-- A server may keep no statement statistics; a reader is told why.
alter table audits add column statements_missing text;

comment on column audits.statements_missing is 'Why the database does not tell what statements the service ran; null when it does.';
