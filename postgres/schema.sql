-- The application database holds one table: the latest known state of every
-- entity that an event has ever mentioned. Services never create or change it;
-- the runner applies this file, or the container does at its first start.

-- One row is one entity. An entity is identified by its type and its id together:
-- "Loan 7" and "Car 7" are two rows.
create table car_entities (
  -- The producer's id of the entity, as given: nothing is trimmed or folded.
  id          varchar(255) not null,
  entity_type varchar(100) not null,

  -- Set once, when the row is created, and at every write; by the database's
  -- clock, so that six services on several hosts cannot disagree.
  created_at  timestamptz  not null,
  updated_at  timestamptz  not null,

  -- The merged attributes: a JSON object. A newer event replaces top-level keys
  -- and leaves the others alone.
  data        jsonb        not null,

  -- The type comes first so that one type's entities lie together. There is
  -- deliberately no second index: on entity_type alone it has tempted the planner
  -- away from this key, run by run, at a fifth of the speed.
  primary key (entity_type, id)
);
