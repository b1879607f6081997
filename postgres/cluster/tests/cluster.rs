//! A real server, started and stopped.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use postgres_cluster::{
    Binaries, Cluster, ClusterError, ClusterSettings, Onlooker, SUPERUSER, TemporaryCluster, stop_left_over,
};
use tempfile::TempDir;

/// A folder that the server's user may enter, also when we are root.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn query(binaries: &Binaries, url: &str, sql: &str) -> String {
    let psql = binaries.program("psql").expect("psql is beside the server");
    let output = Command::new(psql).args(["-X", "-A", "-t", "-c", sql, url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn start(settings: &ClusterSettings) -> Result<Cluster, ClusterError> {
    Cluster::start(&Binaries::find(None).unwrap(), settings)
}

fn takes_connections(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[test]
fn a_new_cluster_answers_and_keeps_its_data_over_a_restart() {
    let folder = folder();
    let binaries = Binaries::find(None).unwrap();
    let mut settings = ClusterSettings::new(folder.path().join("deep/er/data"));
    settings.parameters = vec![("work_mem".into(), "7MB".into())];
    settings.max_connections = 33;

    let first = start(&settings).unwrap();
    query(&binaries, &first.superuser_url(), "create table kept (word text)");
    query(&binaries, &first.superuser_url(), "insert into kept values ('straße')");
    let (first_port, first_pid) = (first.port(), first.pid());
    first.stop().unwrap();
    assert!(!takes_connections(first_port));
    assert!(!Path::new(&format!("/proc/{first_pid}")).exists());

    let second = start(&settings).unwrap();
    let url = second.superuser_url();
    assert_eq!(query(&binaries, &url, "select word from kept"), "straße");
    assert_eq!(query(&binaries, &url, "show work_mem"), "7MB");
    assert_eq!(query(&binaries, &url, "show max_connections"), "33");
    assert_eq!(query(&binaries, &url, "show fsync"), "on");
    assert_eq!(query(&binaries, &url, "show server_encoding"), "UTF8");
    assert_eq!(query(&binaries, &url, "show shared_preload_libraries"), "pg_stat_statements");
    query(&binaries, &url, "create extension pg_stat_statements");
}

#[test]
fn the_server_is_a_direct_child_and_leads_its_process_group() {
    let cluster = TemporaryCluster::start().unwrap();
    let sql = "select pg_postmaster_start_time() is not null";
    assert_eq!(query(cluster.binaries(), &cluster.superuser_url(), sql), "t");

    let folder = folder();
    let cluster = start(&ClusterSettings::new(folder.path().join("data"))).unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", cluster.pid())).unwrap();
    // "pid (comm) state ppid pgrp ..."
    let after_name: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    assert_eq!(after_name[1], std::process::id().to_string());
    assert_eq!(after_name[2], cluster.pid().to_string());
}

#[test]
fn a_wrong_password_is_refused() {
    let cluster = TemporaryCluster::start().unwrap();
    let url = cluster.superuser_url().replace(cluster.password(), "guess");
    let psql = cluster.binaries().program("psql").unwrap();
    let output = Command::new(psql).args(["-X", "-c", "select 1", &url]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("password authentication failed"));
}

#[test]
fn dropping_a_temporary_cluster_leaves_no_server_and_no_file() {
    let cluster = TemporaryCluster::start().unwrap();
    let port = cluster.port();
    let sql = "show data_directory";
    let data_dir = query(cluster.binaries(), &cluster.superuser_url(), sql);
    drop(cluster);
    assert!(!takes_connections(port));
    assert!(!Path::new(&data_dir).exists());
}

#[test]
fn a_paused_cluster_comes_back_on_its_port() {
    let mut cluster = TemporaryCluster::start().unwrap();
    let port = cluster.port();
    query(cluster.binaries(), &cluster.superuser_url(), "create table kept (word text)");
    cluster.pause().unwrap();
    assert!(!takes_connections(port));
    cluster.resume().unwrap();
    assert_eq!(query(cluster.binaries(), &cluster.superuser_url(), "select count(*) from kept"), "0");
}

#[test]
fn a_folder_that_is_no_cluster_is_refused_and_left_alone() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    fs::create_dir(&data_dir).unwrap();
    fs::write(data_dir.join("holiday.txt"), "photos").unwrap();
    let error = start(&ClusterSettings::new(&data_dir)).unwrap_err();
    assert!(matches!(error, ClusterError::NotACluster(_)));
    assert!(error.to_string().contains("holds no PostgreSQL cluster"), "{error}");
    assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 1);
}

#[test]
fn a_cluster_of_another_version_is_refused() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    fs::create_dir(&data_dir).unwrap();
    fs::write(data_dir.join("PG_VERSION"), "8\n").unwrap();
    let error = start(&ClusterSettings::new(&data_dir)).unwrap_err().to_string();
    assert!(error.contains("was made by PostgreSQL 8"), "{error}");
}

#[test]
fn a_damaged_cluster_is_told_with_the_servers_own_words() {
    let folder = folder();
    let settings = ClusterSettings::new(folder.path().join("data"));
    start(&settings).unwrap().stop().unwrap();
    fs::remove_file(settings.data_dir.join("global/pg_control")).unwrap();
    let error = start(&settings).unwrap_err().to_string();
    assert!(error.contains("pg_control"), "{error}");
}

#[test]
fn a_parameter_that_the_server_refuses_is_told_with_its_own_words() {
    let folder = folder();
    let mut settings = ClusterSettings::new(folder.path().join("data"));
    settings.parameters = vec![("shared_buffers".into(), "plenty".into())];
    let error = start(&settings).unwrap_err().to_string();
    assert!(error.contains("shared_buffers"), "{error}");
    assert!(error.contains("plenty"), "{error}");
}

#[test]
fn a_taken_port_is_named() {
    let folder = folder();
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = holder.local_addr().unwrap().port();
    let mut settings = ClusterSettings::new(folder.path().join("data"));
    settings.port = Some(port);
    let error = start(&settings).unwrap_err().to_string();
    assert!(error.contains(&format!("port {port} of 127.0.0.1 is in use")), "{error}");
}

#[test]
fn a_server_left_running_is_stopped_later_and_only_that() {
    let folder = folder();
    let settings = ClusterSettings::new(folder.path().join("data"));
    let cluster = start(&settings).unwrap();
    let port = cluster.port();
    cluster.detach();
    assert!(takes_connections(port));
    assert!(stop_left_over(&settings.data_dir).unwrap());
    assert!(!takes_connections(port));
    assert!(!stop_left_over(&settings.data_dir).unwrap());

    // A left-over file whose process id now belongs to someone else: this very test.
    fs::write(settings.data_dir.join("postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
    assert!(!stop_left_over(&settings.data_dir).unwrap());
}

#[test]
fn a_launcher_that_replaces_itself_keeps_the_server_our_child() {
    let folder = folder();
    let mut settings = ClusterSettings::new(folder.path().join("data"));
    settings.launcher = ["env", "MARK=launched"].map(Into::into).to_vec();
    let cluster = start(&settings).unwrap();
    let environment = fs::read(format!("/proc/{}/environ", cluster.pid())).unwrap();
    assert!(String::from_utf8_lossy(&environment).contains("MARK=launched"));
}

#[test]
fn missing_programs_are_told_with_the_places_and_the_repair() {
    let error = Binaries::find(Some(Path::new("/no/such/folder"))).unwrap_err().to_string();
    assert!(error.contains("/no/such/folder, /no/such/folder/bin"), "{error}");
    assert!(error.contains("install postgresql") || error.contains("add postgresql"), "{error}");
}

#[test]
fn a_program_that_is_not_postgresql_is_named() {
    let folder = folder();
    for name in ["initdb", "postgres"] {
        // By another process: a file that this one has open for writing would be open in what another
        // test starts at that moment, and nobody could run it.
        let write = "printf '#!/bin/sh\\necho nonsense\\n' >\"$0\" && chmod 755 \"$0\"";
        let written = Command::new("sh").args(["-c", write]).arg(folder.path().join(name)).status().unwrap();
        assert!(written.success());
    }
    let error = Binaries::find(Some(folder.path())).unwrap_err().to_string();
    assert!(error.contains("nonsense"), "{error}");
}

#[test]
fn an_onlooker_finds_its_way_into_a_cluster_that_somebody_else_runs() {
    let folder = folder();
    let cluster = start(&ClusterSettings::new(folder.path().join("data"))).unwrap();
    let onlooker = Onlooker::of(cluster.pid()).unwrap().expect("a running server");
    let url = onlooker.url(SUPERUSER, "postgres");
    assert_eq!(query(&Binaries::find(None).unwrap(), &url, "select 1"), "1");
    assert!(!format!("{onlooker:?} {cluster:?}").contains(cluster.password()));
    // Nothing of it hangs on the onlooker.
    drop(onlooker);
    assert!(takes_connections(cluster.port()));
    let pid = cluster.pid();
    cluster.stop().unwrap();
    assert!(Onlooker::of(pid).unwrap().is_none());
    assert!(Onlooker::of(std::process::id()).unwrap().is_none());
}
