select (buffers_checkpoint + buffers_clean + buffers_backend) * current_setting('block_size')::bigint
  from pg_stat_bgwriter
