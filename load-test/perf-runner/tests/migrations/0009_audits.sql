insert into audits (test_run_id, acknowledged, unknown, stored, lost, unexpected, duplicated, content_differs,
                    statements_per_event, rows_per_event, examples)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 4, 0, 4, 0, 0, 0, 0, 1, 1, '{}');
