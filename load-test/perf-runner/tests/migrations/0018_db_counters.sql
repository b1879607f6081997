insert into db_counters (test_run_id, sample_number, at_ms, statements, commits)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 1, 1000.5, '[]', 12);
