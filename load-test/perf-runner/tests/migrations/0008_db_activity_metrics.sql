insert into db_activity_metrics (test_run_id, phase, second, connections, waits)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'p1', 0, '{"active": 1}', '{}');
