select coalesce(sum(write_bytes), 0)::bigint from pg_stat_io
