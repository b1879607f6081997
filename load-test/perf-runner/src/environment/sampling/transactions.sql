-- Transactions of the application database. The position of the log is exact at
-- once; the statistics on it arrive up to a second late.
select xact_commit as commits,
       xact_rollback as rollbacks,
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as wal_bytes
  from pg_stat_database
 where datname = current_database()
