insert into phase_windows (test_run_id, phase, start_ms, end_ms, acknowledged, failed, ok_histogram, ok_curve,
                           statements_known)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'p1', 1000, 30000.5, 4, '{"unavailable": 1}',
        '\x1c849303', '[[50, 1.2]]', true);
