insert into test_runs (test_run_id, campaign_id, round, slot, api, language, protocol, payload, started_at,
                       finished_at, steps, generator_exit_code, generator_exit_text, generator_usable, status,
                       raw_files)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', '20261121-104351-smoke-7f3a',
        1, 1, 'producer-api-rust-rest', 'rust', 'rest', 'default', '2026-11-21 10:43:52+00',
        '2026-11-21 10:43:55+00', '[{"name": "clear", "took_ms": 3.5}]', 0, 'ended by itself', true, 'completed',
        '20261121-104351-smoke-7f3a/r1s01');
