insert into db_activity_metrics (test_run_id, sample_number, at_ms, connections, waits)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 2, 1000.5, '{"active": 1}', '{}');
