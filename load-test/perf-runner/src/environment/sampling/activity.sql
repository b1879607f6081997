-- What everybody else's connections to this database are doing at the moment. A
-- role that may not know gets no state.
select coalesce(state, 'hidden') as state,
       case when wait_event is null or state = 'idle' then null
            else wait_event_type || ':' || wait_event
       end as wait,
       count(*) as connections
  from pg_stat_activity
 where datname = current_database()
   and backend_type = 'client backend'
   and pid <> pg_backend_pid()
 group by 1, 2
