insert into resource_metrics (test_run_id, sample_number, target, at_ms, sampled_at, cpu_seconds, pressure)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 2, 'host', 1000.25,
        '2026-11-21 10:43:54+00', 0.01, '{"cpu_some": 0.5}');
