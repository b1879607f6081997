insert into missing_sources (test_run_id, position, target, source, reason)
values ('20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default', 1, 'k6', 'sockets', 'permission denied');
