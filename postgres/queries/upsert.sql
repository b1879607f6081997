-- Creates or merges all entities of one event: one statement, one round trip,
-- one transaction.
--
-- $1 entity types, $2 entity ids, $3 attributes as JSON text: three arrays of
-- equal length, one element per entity. No (type, id) may occur twice; a service
-- folds repeated entities first, since ON CONFLICT refuses to touch a row twice.
--
-- The rows are locked in key order, whatever order the event had them in, so two
-- events over the same entities cannot deadlock. `||` is the shallow merge: the
-- top-level keys of the new object replace those of the stored one.
insert into car_entities as stored (entity_type, id, created_at, updated_at, data)
select entity_type, id, now(), now(), attributes::jsonb
  from unnest($1::text[], $2::text[], $3::text[]) as event (entity_type, id, attributes)
 order by entity_type, id
    on conflict (entity_type, id) do update
   set data = stored.data || excluded.data,
       updated_at = excluded.updated_at
