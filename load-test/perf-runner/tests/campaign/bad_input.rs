//! What a user gets who asks for something that cannot be: the thing, the place
//! and the repair, before anything is started.

use std::{fs, process::Output};

use nix::sys::signal::Signal;
use postgres_cluster::TemporaryCluster;

use crate::runner::{Runner, registry, signal, stderr, stdout};

/// The output is a refusal: this exit code, these words, nothing on stdout.
fn refused(output: &Output, code: i32, words: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(stdout(output).is_empty(), "a refusal has no result");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
}

#[test]
fn an_unknown_api_is_answered_with_the_names_and_the_nearest() {
    let runner = Runner::with_all_services();
    let output = runner.run(&["smoke", "--api", "producer-api-rust-grcp"]);
    refused(
        &output,
        2,
        &[
            "\"producer-api-rust-grcp\"",
            "producer-api-rust-rest",
            "did you mean --api producer-api-rust-grpc?",
        ],
    );
    assert!(!runner.state().exists(), "nothing was started");
}

#[test]
fn a_half_written_registry_names_line_and_key() {
    let whole = registry("producer-api-rust-rest", "/bin/true");
    let runner = Runner::with_registry(&whole[..whole.len() - 12]);
    refused(&runner.run(&["smoke"]), 2, &["load-test/services.toml:8:"]);
    let runner = Runner::with_registry(&whole.replace("port = 8081", "port = \"8081\""));
    refused(&runner.run(&["smoke"]), 2, &["load-test/services.toml:5:"]);
    let runner = Runner::with_registry(&whole.replace("port =", "prot ="));
    refused(&runner.run(&["smoke"]), 2, &["services.toml:5:", "prot"]);
}

#[test]
fn outside_a_repository() {
    let runner = Runner::new();
    let mut command = runner.command(&["smoke"]);
    let output = command.env_remove("PERF_ROOT").current_dir("/").output().expect("it starts");
    refused(&output, 2, &["load-test/services.toml", "--root DIR"]);
}

#[test]
fn a_service_that_runs_already_must_be_one_and_have_a_database() {
    let runner = Runner::with_all_services();
    let given = |words: &[&str]| runner.run(&[&["smoke", "--url", "http://127.0.0.1:1"], words].concat());
    let database = ["--database-url", "postgresql://nobody@127.0.0.1:1/none"];
    let with = |words: &[&str]| given(&[words, &database].concat());
    refused(&given(&["--api", "producer-api-go-rest"]), 2, &["--database-url"]);
    refused(&with(&[]), 2, &["--url is one service", "--api NAME"]);
    refused(&with(&["--api", "producer-api-go-rest,producer-api-rust-rest"]), 2, &["--url is one service"]);
    refused(&with(&["--api", "producer-api-go-grpc"]), 2, &["--url speaks rest", "grpc://HOST:PORT"]);
    let fake = with(&["--api", "producer-api-go-rest", "--runtime", "fake"]);
    refused(&fake, 2, &["--runtime is to start some"]);
    let plan = with(&["--api", "producer-api-go-rest", "--plan"]);
    assert!(stdout(&plan).contains("builds    nothing: the service runs already"), "{}", stdout(&plan));
}

#[test]
fn a_plan_is_printed_and_nothing_else_happens() {
    let runner = Runner::new();
    let output = runner.run(&["smoke", "--plan", "--seed", "7"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("1 VU x 5 iterations"));
    assert!(stdout(&output).contains("seed 7"));
    assert!(!runner.state().exists() && !runner.results().exists());
}

#[test]
fn a_plan_of_held_loads_names_each_with_its_time() {
    let runner = Runner::new();
    let output = runner.run(&["full", "--plan", "--phases", "10x30s,50x45s"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // Eleven seconds for the last calls of the first load.
    for line in [
        " p1        0:00  0:30   3 s     10 VUs",
        " p2        0:41  0:45   5 s     50 VUs",
        "loaded for 1:26",
    ] {
        assert!(stdout(&output).contains(line), "{}", stdout(&output));
    }
    let output = runner.run(&["saturation", "--plan", "--arrival-rate", "500/s,1000/sx1m", "--hold", "20s"]);
    for words in ["0:20   2 s     500/s", "1:00   6 s     1000/s", "open", "of memory", "of disk"] {
        assert!(stdout(&output).contains(words), "{}", stdout(&output));
    }
    assert!(!runner.state().exists() && !runner.results().exists());
}

#[test]
fn loads_and_times_that_make_no_sense_are_named_with_what_is_meant() {
    let runner = Runner::new();
    for (flags, words) in [
        (["--phases", "10x"].as_slice(), ["\"\" is no time", "30s or 2m"].as_slice()),
        (&["--phases", "10x30"], &["\"30\" is no time"]),
        (&["--phases", "tenx30s"], &["USERSxTIME", "10x30s"]),
        (&["--phases", "0x30s"], &["users outside of 1 to 99999"]),
        (&["--phases", "10x500ms"], &["whole number of seconds", "at least 2"]),
        (&["--arrival-rate", "500"], &["CALLS/s", "500/sx30s"]),
        (&["--arrival-rate", "500/s", "--phases", "10"], &["--phases", "cannot be used"]),
        (&["--arrival-rate", "500/s", "--think-time", "1s"], &["--think-time", "cannot be used"]),
        (&["--think-time", "100"], &["--think-time", "number and its unit"]),
        (&["--think-time", "2m"], &["not within 0s to 1m"]),
        (&["--request-timeout", "0s"], &["not within 100ms to 1m"]),
        (&["--warm-up", "1s"], &["--warm-up", "at least 2"]),
        (&["--settle", "30s", "--phases", "5x30s"], &["--settle 30 s", "held for 30 s", "hint"]),
        (&["--update-share", "20%"], &["no share from 0 to 1"]),
        (&["--payload-size", "2k"], &["64k", "all"]),
        (&["--rounds", "0"], &["--rounds"]),
        (&["--a-a", "producer-api-go-rest"], &["not among the APIs", "--api producer-api-go-rest"]),
    ] {
        let arguments: Vec<&str> = [&["full", "--plan"], flags].concat();
        refused(&runner.run(&arguments), 2, words);
    }
    assert!(!runner.state().exists(), "nothing was started");
}

#[test]
fn missing_server_binaries_name_the_package() {
    let runner = Runner::new();
    let empty = tempfile::tempdir().expect("a folder");
    let output = runner.run(&["smoke", "--postgres-bin", &empty.path().to_string_lossy()]);
    refused(&output, 1, &["PostgreSQL", "postgresql"]);
}

#[test]
fn a_missing_k6_is_named() {
    let runner = Runner::new();
    refused(&runner.run(&["smoke", "--k6", "/nowhere/k6"]), 1, &["/nowhere/k6"]);
}

#[test]
fn a_missing_toolchain_is_told_by_the_plan() {
    let runner = Runner::with_registry(
        &registry("producer-api-rust-rest", "/bin/true").replace("\"true\"", "\"cargo\", \"build\""),
    );
    let mut command = runner.command(&["smoke", "--runtime", "process", "--plan"]);
    let output = command.env("PATH", "/nowhere").output().expect("it starts");
    refused(&output, 1, &["producer-api-rust-rest: cargo is not installed"]);
}

#[test]
fn an_unreachable_metrics_database_is_refused_before_anything_is_started() {
    let runner = Runner::new();
    let output = runner.run(&["smoke", "--metrics-url", "postgresql://perf:secret@127.0.0.1:1/metrics"]);
    refused(&output, 1, &["metrics", "127.0.0.1:1"]);
    assert!(!stderr(&output).contains("secret"));
    assert!(runner.children().is_empty());
}

#[test]
fn a_newer_metrics_schema_is_refused() {
    let cluster = TemporaryCluster::start().expect("a cluster");
    let url = cluster.superuser_url();
    let runner = Runner::new();
    let first = runner.run(&["smoke", "--runtime", "process", "--metrics-url", &url, "--think-time", "0s"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let text = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                values (99999999999999, 'of the future', true, '', 0)";
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
        use sqlx::Connection as _;
        let mut connection = sqlx::PgConnection::connect(&url).await.expect("a connection");
        sqlx::query(text).execute(&mut connection).await.expect("a row");
    });
    refused(&runner.run(&["smoke", "--metrics-url", &url]), 1, &["99999999999999", "newer"]);
}

#[test]
fn an_unwritable_results_folder_is_refused_before_the_load() {
    let runner = Runner::new();
    fs::write(runner.results(), "a file where the folder should be").expect("a file");
    refused(&runner.run(&["smoke"]), 1, &["results"]);
    assert!(runner.children().is_empty());
}

#[test]
fn a_service_that_exits_at_its_start_shows_its_last_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("service");
    fs::write(&program, "#!/bin/sh\necho 'the disk said no' >&2\nexit 3\n").expect("a script");
    executable(&program);
    let runner = Runner::with_registry(&registry("producer-api-rust-rest", &program.to_string_lossy()));
    let output = runner.run(&["smoke"]);
    assert_eq!(output.status.code(), Some(1));
    let all = format!("{}{}{}", stdout(&output), stderr(&output), runner.report());
    assert!(all.contains("the disk said no"), "{all}");
    assert_eq!(runner.report()["runs"][0]["status"]["word"], "failed");
}

#[test]
fn a_generator_killed_half_way_fails_the_run_and_keeps_what_is_known() {
    let runner = Runner::new();
    let child = runner.start(&["smoke", "--think-time", "10s"]);
    runner.wait_for_calls("r1s01", "p1");
    signal(runner.wait_for_child("k6"), Signal::SIGKILL);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = runner.report();
    assert_eq!(report["runs"][0]["status"]["word"], "failed");
    assert!(report["runs"][0]["failure"].as_str().expect("a reason").contains("k6"), "{report}");
}

#[test]
fn a_truncated_summary_names_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("k6");
    let script = "#!/bin/sh\n[ \"$1\" = version ] && { echo 'k6 v2.2.0'; exit 0; }\n\
                  printf '{\"format\": 1,' > \"$PERF_SUMMARY\"\n";
    fs::write(&program, script).expect("a script");
    executable(&program);
    let runner = Runner::new();
    let output = runner.run(&["smoke", "--k6", &program.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = runner.report();
    assert!(report["runs"][0]["failure"].as_str().expect("a reason").contains("summary.json"), "{report}");
}

fn executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
}
