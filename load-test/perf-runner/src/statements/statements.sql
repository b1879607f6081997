-- What the services' role $1 ran in this database since the statistics were reset.
-- Nobody else's statements are among them, the runner's own neither. A database that was given
-- may come with one role only: who ran what cannot be told then, and everybody's count.
select left(statement.query, 10000) as text,
       statement.calls,
       statement.rows,
       statement.total_exec_time as total_ms,
       statement.mean_exec_time as mean_ms,
       statement.max_exec_time as max_ms,
       statement.shared_blks_hit as blocks_hit,
       statement.shared_blks_read as blocks_read,
       statement.wal_bytes::bigint as wal_bytes
  from pg_stat_statements as statement
  join pg_roles on pg_roles.oid = statement.userid
  join pg_database on pg_database.oid = statement.dbid
 where $1 in (pg_roles.rolname::text, current_user::text)
   and pg_database.datname = current_database()
 order by statement.calls desc, statement.query
 limit 1000
