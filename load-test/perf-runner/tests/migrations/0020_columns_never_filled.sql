insert into second_metrics (test_run_id, phase, second, failed)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'p1', 1, 0);
