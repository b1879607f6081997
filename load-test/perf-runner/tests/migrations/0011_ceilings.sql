insert into ceilings (campaign_id, payload, concurrency, duration_ms, events_per_s, reason)
values ('20261121-104351-smoke-7f3a', 'default', 10, 10000, 5123.5, null),
       ('20261121-104351-smoke-7f3a', '64k', 10, 0, null, 'pgbench is not installed');
