insert into second_metrics (test_run_id, phase, second, started, ok, failed, p50_ms, p95_ms, p99_ms, vus)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'p1', 0, 5, 4, 1, 1.2, 2.3, 2.4, 1);
