-- What the first start of a container adds to schema.sql and roles.sql: passwords, from its
-- environment, and statement statistics. For psql 14 or newer.
\getenv producer_password PRODUCER_PASSWORD
\getenv perf_runner_password PERF_RUNNER_PASSWORD
alter role producer password :'producer_password';
alter role perf_runner password :'perf_runner_password';

create extension pg_stat_statements;
grant execute on function pg_stat_statements_reset to perf_runner;
