update audits set statements_missing = 'the extension pg_stat_statements is not installed in the database';
