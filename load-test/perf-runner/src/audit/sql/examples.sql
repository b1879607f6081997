-- A few rows that are wrong, asked for only when there are any.
select id from seen where not expected or differs or refused order by id limit 5
