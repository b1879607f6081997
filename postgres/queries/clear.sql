-- Empties the table before a test run. Needs the runner's role; a service's role
-- may not do this.
truncate table car_entities
