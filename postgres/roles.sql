-- Who may do what. Applied after schema.sql by whoever owns the database; the
-- passwords are set by the one who applies it and stand in no file.

-- The services: read and write rows of the one table, and nothing else. They
-- can neither empty it nor change its shape, nor make a table of their own.
create role producer login;
grant select, insert, update on car_entities to producer;

-- The runner: empties the table between test runs, reads the rows back for the
-- audit, and reads the server's statistics.
create role perf_runner login;
grant select, insert, truncate on car_entities to perf_runner;
grant pg_read_all_stats to perf_runner;

-- What every role could do without being asked: tables of its own, also temporary ones.
revoke create on schema public from public;
do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$;
