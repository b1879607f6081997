//! The schema of the metrics database, its history, and who is let in.

use super::*;

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let bench = Bench::new().await;
    drop(bench.store().await);
    let mut sql = bench.sql().await;
    sql.execute(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (999, 'from the future', true, '', 0)",
    )
    .await
    .unwrap();
    let fault = Postgres::connect(&bench.url()).await.unwrap_err();
    let newest = format!("schema version 999, this runner knows up to {}", MIGRATIONS.len());
    assert!(fault.to_string().contains(&newest), "{fault}");
    assert!(fault.repair.unwrap().contains("newer runner"));
}

#[tokio::test]
async fn whoever_looks_changes_no_schema() {
    let bench = Bench::new().await;
    let fault = Postgres::look(&bench.url()).await.unwrap_err();
    assert!(fault.to_string().contains("schema version none, older"), "{fault}");
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_stat_user_tables")
        .fetch_one(&mut bench.sql().await)
        .await
        .unwrap();
    assert_eq!(tables, 0);
    let stored = sample::normal();
    save(&bench.store().await, &stored).await;
    let look = Store::look(&bench.results.path().join("empty"), &bench.url()).await.unwrap();
    assert_eq!(look.load(&WhichCampaign::Latest).await.unwrap(), stored);
    bench.sql().await.execute("delete from _sqlx_migrations where version > 10").await.unwrap();
    let fault = Postgres::look(&bench.url()).await.unwrap_err();
    assert!(fault.to_string().contains("schema version 10, older"), "{fault}");
}

#[tokio::test]
async fn a_schema_of_another_history_is_refused() {
    let bench = Bench::new().await;
    drop(bench.store().await);
    bench.sql().await.execute("update _sqlx_migrations set checksum = 'x' where version = 3").await.unwrap();
    let fault = Postgres::connect(&bench.url()).await.unwrap_err();
    assert!(fault.to_string().contains("migration 3"), "{fault}");
    assert!(fault.repair.unwrap().contains("another database"));
}

#[tokio::test]
async fn a_database_out_of_reach_is_refused_without_its_password() {
    let bench = Bench::new().await;
    let missing = bench.cluster.url("postgres", "no_such_database");
    let wrong = bench.url().replace(bench.cluster.password(), "s3cret");
    let closed = "postgresql://me:s3cret@127.0.0.1:1/metrics";
    let garbled = "postgresql://me:s3cret@127.0.0.1:port/metrics";
    for (url, expected) in [
        (missing.as_str(), "no_such_database"),
        (wrong.as_str(), "password"),
        (closed, "127.0.0.1:1/metrics is out of reach"),
        (garbled, "cannot be understood"),
    ] {
        let fault = Postgres::connect(url).await.unwrap_err();
        let told = format!("{fault} {fault:?}");
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("s3cret") && !told.contains(bench.cluster.password()), "{told}");
        assert!(fault.repair.is_some());
    }
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_told_by_table_key_and_column() {
    let bench = Bench::new().await;
    save(&bench.store().await, &sample::normal()).await;
    bench.sql().await.execute("update test_runs set steps = '[{\"name\": 7}]' where slot = 2").await.unwrap();
    let fault = bench.database().await.load(&WhichCampaign::Latest).await.unwrap_err();
    assert!(fault.to_string().contains("test_runs.steps of 20261121-104351-smoke-7f3a.r1s02"), "{fault}");
}

/// Each migration meets the rows of those before it, and leaves its own.
#[tokio::test]
async fn migrations_apply_one_by_one_to_tables_with_rows() {
    let bench = Bench::new().await;
    let mut sql = bench.sql().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations");
    for file in MIGRATIONS {
        sql.execute(file.sql).await.unwrap_or_else(|error| panic!("{}: {error}", file.name));
        let rows = std::fs::read_to_string(folder.join(format!("{}.sql", file.name))).unwrap();
        sql.execute(sqlx::AssertSqlSafe(rows)).await.unwrap_or_else(|error| panic!("{}: {error}", file.name));
    }
    let tables =
        sql.fetch_all("select relname as name from pg_stat_user_tables order by relname").await.unwrap();
    let tables: Vec<String> = tables.iter().map(|table| table.get("name")).collect();
    for name in &tables {
        let query = sqlx::AssertSqlSafe(format!("select count(*) from {name}"));
        let count: i64 = sqlx::query_scalar(query).fetch_one(&mut sql).await.unwrap();
        assert!(count > 0, "{name} has no rows");
    }
    // Everything hangs on the campaign.
    sql.execute("delete from campaigns").await.unwrap();
    for name in &tables {
        let query = sqlx::AssertSqlSafe(format!("select count(*) from {name}"));
        let count: i64 = sqlx::query_scalar(query).fetch_one(&mut sql).await.unwrap();
        assert_eq!(count, 0, "{name} keeps rows of a deleted campaign");
    }
}

#[tokio::test]
async fn every_table_and_column_says_what_it_holds() {
    let bench = Bench::new().await;
    drop(bench.store().await);
    let silent: Vec<String> = sqlx::query_scalar(
        "select c.relname || coalesce('.' || a.attname, '')
           from pg_class c
           left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> '_sqlx_migrations'
            and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)",
    )
    .fetch_all(&mut bench.sql().await)
    .await
    .unwrap();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn every_file_of_the_schema_folder_is_a_migration() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../postgres/metrics");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, MIGRATIONS.map(|file| format!("{}.sql", file.name)));
    assert!(MIGRATIONS.iter().all(|file| file.name.starts_with(&format!("{:04}_", file.version))));
}
