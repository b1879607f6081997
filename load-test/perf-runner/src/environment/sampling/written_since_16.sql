select coalesce(sum(writes * op_bytes), 0)::bigint from pg_stat_io
