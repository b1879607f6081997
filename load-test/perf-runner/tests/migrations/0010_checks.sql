insert into checks (campaign_id, test_run_id, phase, position, check_id, value, limit_text, limits_version,
                    verdict, text)
values ('20261121-104351-smoke-7f3a', '20261121-104351-smoke-7f3a.r1s01.producer-api-rust-rest.default',
        'p1', 1, 'errors', 0.2, '> 1 % is invalid', 1, 'invalid', 'One of five events was refused.'),
       ('20261121-104351-smoke-7f3a', null, null, 1, 'rounds', 1, '< 3 permits no claim', 1, 'warn', 'One round.');
