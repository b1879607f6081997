insert into test_phases (test_run_id, phase, position, planned_load, planned_vus, planned_iterations_per_vu,
                         planned_start_ms, planned_duration_ms, planned_settle_ms, iterations, acknowledged,
                         failed, unknown)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 'p1', 1,
        'iterations', 1, 5, 0, 30000, 0, 5, 4, '{"unavailable": 1}', 0);
