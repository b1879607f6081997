-- In one pass. An id is there twice only under a wrong type, so only rows of a wrong
-- type are looked at for that: to tell a million ids apart would sort them all.
select count(*) as rows,
       count(*) filter (where expected) as expected_rows,
       count(*) filter (where expected and not mistyped)
         + count(distinct id) filter (where mistyped and not twice) as expected_ids,
       count(distinct id) filter (where expected and refused) as failed_but_stored,
       count(distinct id) filter (where expected and unanswered) as unknown_and_stored,
       count(*) filter (where differs) as content_differs
  from seen
