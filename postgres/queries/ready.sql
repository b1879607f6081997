-- Answers when the database is there and so is the table; what a service asks
-- before it calls itself healthy.
select 1 from car_entities limit 1
