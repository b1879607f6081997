-- The table's rows, each held against what one test run can have sent. What is asked
-- about them follows this.
--
-- $1 the run's tag, $2 how many calls were begun, $3 kinds of event with $4 their
-- entity types and $5 their attributes, $6 ids of refused events, $7 ids of events
-- without an answer.
--
-- Contents are compared with jsonb's own equality, to which 1.50 is 1.5: a hash of
-- the text would tell services apart that store equal rows.
with sent as (
  select kind, entity_type, attributes::jsonb as data
    from unnest($3::text[], $4::text[], $5::text[]) as template (kind, entity_type, attributes)
),
refused as (select distinct id from unnest($6::text[]) as refused (id)),
unanswered as (select distinct id from unnest($7::text[]) as unanswered (id)),
seen as not materialized (
  select stored.id,
         sent.kind is not null as expected,
         -- Null where nothing was expected, and so are the other two.
         stored.entity_type <> sent.entity_type as mistyped,
         case when stored.entity_type <> sent.entity_type
              then exists (select from car_entities as other
                            where other.entity_type = sent.entity_type and other.id = stored.id)
         end as twice,
         stored.entity_type <> sent.entity_type or stored.data <> sent.data as differs,
         refused.id is not null as refused,
         unanswered.id is not null as unanswered
    from car_entities as stored
    left join sent
      on sent.kind = split_part(stored.id, '-', 1)
     and case when stored.id ~ '^[a-z]+-[0-9a-f]{8}-[0-9]{5}-[0-9]{9}$'
              then split_part(stored.id, '-', 2) = $1
               and split_part(stored.id, '-', 3)::int > 0
               and split_part(stored.id, '-', 4)::bigint < $2
              else false
         end
    left join refused on refused.id = stored.id
    left join unanswered on unanswered.id = stored.id
)
