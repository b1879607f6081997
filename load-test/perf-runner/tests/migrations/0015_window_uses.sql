insert into window_uses (test_run_id, phase, target, sampled_ms, cpu_seconds, sockets_max, pressure)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'p1', 'api', 29000.1, 1.5,
        '{"established": 50}', null);
