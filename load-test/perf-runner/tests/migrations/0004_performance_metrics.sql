insert into performance_metrics (test_run_id, phase, throughput_per_s)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'p1', 3.8);
