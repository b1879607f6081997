update test_runs set database_bytes = 0, raw_bytes = 9007199254740993;
