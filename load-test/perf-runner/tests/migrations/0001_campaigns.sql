insert into campaigns (campaign_id, mode, plan, seed, think_time_ms, git_commit, git_dirty, environment,
                       fingerprint, runtime, runner_version, verified, started_at, finished_at, status)
values ('20261121-104351-smoke-7f3a', 'smoke', '{"seed": 18446744073709551615, "runs": []}', 18446744073709551615,
        100, '21d094c', false, '{"cores": 2}', '9f86d081', 'process', '0.1.0', true,
        '2026-11-21 10:43:51+00', null, 'running');
