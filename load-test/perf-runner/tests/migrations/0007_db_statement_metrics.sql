insert into db_statement_metrics (test_run_id, statement_number, phase, statement, is_upsert, calls, row_count,
                                  total_ms, mean_ms, max_ms, blocks_hit, blocks_read, wal_bytes)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 1, null, 'insert', true, 4, 4, 1.2, 0.3, 0.9, 61, 0, 3204),
       ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 2, 'p1', 'insert', true, 4, 4, 1.2, 0.3, 0.9, 61, 0, 3204);
