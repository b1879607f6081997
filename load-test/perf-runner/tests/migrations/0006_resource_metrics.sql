insert into resource_metrics (test_run_id, target, second, sampled_at, cpu_seconds, rss_bytes, sockets)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'api', 0,
        '2026-11-21 10:43:53+00', 0.01, 6291456, '{"ESTABLISHED": 1}');
