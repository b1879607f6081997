//! `perf-runner verify` as a user types it, at a service that keeps the contract and at
//! one that does not.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod services;

use std::{collections::BTreeSet, fs, os::unix::fs::symlink, process::Output};

use perf_runner::{
    model::Protocol,
    verify::case::{self, Case, Expect},
};
use producer_testing::{ApplicationDatabase, Service};
use serde_json::Value;
use services::{endpoint, start};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    process::Command,
};

/// What a service says to each event it takes, and what a broken one says, which is as long.
const RIGHT: &[u8] = b"processed successfully";
const WRONG: &[u8] = b"processed Successfully";

/// A service, what stands between it and the runner, and a contract of few cases.
struct Scene {
    database: ApplicationDatabase,
    service: Service,
    protocol: Protocol,
    broken_port: u16,
    repository: TempDir,
}

impl Scene {
    async fn start(protocol: Protocol) -> Self {
        let database = ApplicationDatabase::start().await;
        let service = start(protocol, &database);
        let broken_port = spoil(service.address().port()).await;
        Self { database, service, protocol, broken_port, repository: repository() }
    }

    fn cases(&self) -> Vec<Case> {
        let cases = case::load(&self.repository.path().join("contract/cases")).unwrap();
        cases.into_iter().filter(|case| case.wires.contains(&self.protocol)).collect()
    }

    /// `perf-runner verify` of what answers at this port.
    async fn verify(&self, port: u16, more: &[&str]) -> Output {
        let scheme = if self.protocol == Protocol::Rest { "http" } else { "grpc" };
        let url = format!("{scheme}://{}", endpoint(self.protocol, port).authority);
        let mut runner = Command::new(env!("CARGO_BIN_EXE_perf-runner"));
        runner.args(["verify", "--url", &url]).args(more);
        runner.env("PERF_ROOT", self.repository.path()).env("PERF_DATABASE_URL", self.database.owner_url());
        runner.output().await.unwrap()
    }

    async fn verify_broken(&self, more: &[&str]) -> String {
        let output = self.verify(self.broken_port, more).await;
        assert_eq!(output.status.code(), Some(5), "{more:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A folder with the real list of faults and two of the real files of cases.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let real = fs::canonicalize("../../contract").unwrap();
    let contract = folder.path().join("contract");
    fs::create_dir_all(contract.join("cases")).unwrap();
    for file in ["faults.yaml", "cases/header.yaml", "cases/merging.yaml"] {
        symlink(real.join(file), contract.join(file)).unwrap();
    }
    folder
}

/// Stands before the service of this port and changes one letter of every success.
async fn spoil(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let service = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let ((mut from_client, mut to_client), (mut from_service, mut to_service)) =
                (client.into_split(), service.into_split());
            // Either side may go first; then the other has nobody to talk to.
            tokio::spawn(async move { copy(&mut from_client, &mut to_service).await });
            tokio::spawn(async move {
                let mut bytes = vec![0; 64 * 1024];
                while let Ok(length @ 1..) = from_service.read(&mut bytes).await {
                    if to_client.write_all(&spoiled(&bytes[..length])).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    own
}

fn spoiled(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    while let Some(at) = bytes.windows(RIGHT.len()).position(|window| window == RIGHT) {
        bytes[at..at + RIGHT.len()].copy_from_slice(WRONG);
    }
    bytes
}

/// The names of the cases whose cell in the table says this.
fn cells(table: &str, cell: &str) -> BTreeSet<String> {
    let rows = table.lines().filter_map(|line| line.strip_suffix(cell)?.strip_suffix("  "));
    rows.map(|name| name.trim_end().to_owned()).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_service_turns_its_cells_red_and_the_exit_code_to_5() {
    for protocol in [Protocol::Rest, Protocol::Grpc] {
        let scene = Scene::start(protocol).await;
        let is_spoiled = |case: &&Case| case.steps.iter().any(|step| matches!(step.expect, Expect::Accepted));
        let (red, green): (Vec<Case>, Vec<Case>) =
            scene.cases().into_iter().partition(|case| is_spoiled(&case));
        let names = |cases: &[Case]| cases.iter().map(|case| case.name.clone()).collect::<BTreeSet<_>>();
        assert!(!red.is_empty() && !green.is_empty());

        let table = scene.verify_broken(&[]).await;
        assert_eq!(cells(&table, "FAIL"), names(&red), "{table}");
        assert_eq!(cells(&table, "pass"), names(&green), "{table}");
        let counts = format!(": {} passed, {} failed, 0 not played", green.len(), red.len());
        assert!(table.contains(&counts), "{table}");

        let verdicts = json(&scene.verify_broken(&["--format", "json"]).await);
        assert_eq!(verdicts["contract_kept"], false);
        assert_eq!(verdicts["services"][0]["failed"], red.len());
        let xml = scene.verify_broken(&["--format", "junit"]).await;
        assert!(xml.contains(&format!("failures=\"{}\"", red.len())), "{xml}");

        let kept = scene.verify(scene.service.address().port(), &[]).await;
        assert_eq!(kept.status.code(), Some(0), "{kept:?}");
        let table = String::from_utf8(kept.stdout).unwrap();
        assert_eq!(cells(&table, "pass").len(), red.len() + green.len(), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_generated_requests_find_is_told_in_every_format() {
    let scene = Scene::start(Protocol::Grpc).await;
    let generated = ["--generated", "60", "--seed", "11"];
    let with = |more: &[&'static str]| [generated.as_slice(), more].concat();

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("found.yaml"), scene.verify_broken(&with(&[])).await).unwrap();
    let found = case::load(folder.path()).unwrap();
    assert!(!found.is_empty());

    let told = json(&scene.verify_broken(&with(&["--format", "json"])).await);
    assert_eq!((&told["contract_kept"], &told["seed"]), (&Value::from(false), &Value::from(11)));
    let examples = told["services"][0]["examples"].as_array().unwrap();
    assert_eq!(examples.len(), found.len());
    assert_eq!(examples[0]["case"], found[0].name);

    let xml = scene.verify_broken(&with(&["--format", "junit"])).await;
    assert!(xml.contains(&format!("failures=\"{}\"", found.len())), "{xml}");

    let kept = scene.verify(scene.service.address().port(), &with(&["--format", "json"])).await;
    assert_eq!(kept.status.code(), Some(0), "{kept:?}");
    let told = json(&String::from_utf8(kept.stdout).unwrap());
    assert_eq!((&told["contract_kept"], &told["services"][0]["requests"]), (&true.into(), &60.into()));
}
