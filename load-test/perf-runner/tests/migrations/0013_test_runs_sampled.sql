update test_runs set processors = '{"k6": [1]}', released_at = '2026-11-21 10:43:53+00';
