update test_runs set sampled = true, released_at = '2026-11-21 10:43:53+00', processors = '{"k6": [1]}';
