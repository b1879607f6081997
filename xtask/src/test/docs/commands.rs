//! The table: each command that a page shows, and how it is proven.

use super::super::proof::{Proof, Table};

/// Why something about images is not run with all the rest.
const BUILDKIT: &str = "needs an engine with BuildKit";
const GRADLE: &str = "needs a distribution that comes from outside the package registries";
const GRPCURL: &str = "needs grpcurl; the stage contract makes the same calls";
const INSTALLS: &str = "installs what is there already";

/// The commands that are shown; a later one may need what an earlier one did.
pub(super) const COMMANDS: Table = Table {
    file: "xtask/src/test/docs/commands.rs",
    commands: &[
        ("cargo perf smoke", Proof::Stage("smoke")),
        ("cargo perf smoke --api producer-api-go-rest", Proof::RunHere),
        (
            "perf-runner smoke --url http://HOST:PORT --api producer-api-go-rest --database-url DATABASE",
            Proof::Stage("dist"),
        ),
        ("cargo perf full", Proof::Plan("crates")),
        ("cargo perf full --rounds 5", Proof::Plan("crates")),
        ("cargo perf full --plan", Proof::RunHere),
        (
            "cargo perf full --api NAME --phases 50x30s --rounds 5",
            Proof::RunAs("cargo perf full --api producer-api-go-rest --phases 50x30s --rounds 5 --plan"),
        ),
        (
            "cargo perf full --phases 10x20s,50x20s --rounds 3 --fail-if 'errors(*)>0' --fail-if 'ratio(go-rest,rust-rest)<0.7'",
            Proof::RunAs(
                "cargo perf full --phases 10x20s,50x20s --rounds 3 --fail-if errors(*)>0 --fail-if \
             ratio(go-rest,rust-rest)<0.7 --plan",
            ),
        ),
        ("perf-runner full --resume", Proof::Stage("crates")),
        ("cargo perf saturation", Proof::Plan("crates")),
        ("cargo perf saturation --api producer-api-go-grpc", Proof::Plan("crates")),
        ("cargo perf verify", Proof::Stage("contract")),
        ("cargo perf verify --api producer-api-go-rest", Proof::RunHere),
        ("cargo perf verify --api NAME", Proof::Stage("contract")),
        ("cargo perf verify --generated N --seed S", Proof::Stage("contract")),
        (
            "cargo perf verify --api NAME --verbose",
            Proof::RunAs("cargo perf verify --skip-build --api producer-api-go-rest --verbose"),
        ),
        ("perf-runner verify --url http://HOST:PORT", Proof::Stage("dist")),
        ("perf-runner runs", Proof::RunAs("cargo perf runs list")),
        ("cargo perf smoke --runtime docker", Proof::Stage("docker")),
        ("docker compose run --rm perf-runner smoke", Proof::Apart("cargo xtask test docker --all")),
        ("cargo xtask test docker", Proof::Stage("docker")),
        ("cargo xtask test docker --all", Proof::NotHere("builds every image, and takes half an hour")),
        ("cargo perf cleanup docker", Proof::Stage("docker")),
        ("cargo perf cleanup docker --execute", Proof::Stage("docker")),
        (
            "cargo perf cleanup docker --images --execute",
            Proof::NotHere("removes what was built for minutes"),
        ),
        ("cargo perf runs list", Proof::RunHere),
        ("cargo perf runs compare BEFORE", Proof::Stage("crates")),
        ("cargo perf runs export", Proof::Stage("crates")),
        ("cargo perf runs import", Proof::RunHere),
        ("cargo perf report --campaign latest", Proof::RunHere),
        ("cargo perf report --campaign latest --format md --output -", Proof::RunHere),
        ("cargo perf report --campaign ID", Proof::RunAs("cargo perf report --campaign latest")),
        ("cargo perf up producer-api-go-rest", Proof::RunHere),
        ("cargo perf down", Proof::RunHere),
        ("cargo test --package perf-runner NAME", Proof::Stage("crates")),
        ("cargo test --package producer-api-rust-rest", Proof::Stage("crates")),
        ("cargo xtask test", Proof::Itself),
        ("cargo xtask test --list", Proof::RunHere),
        ("cargo xtask test --skip docker", Proof::Itself),
        ("cargo xtask test --only producer-api-go-rest", Proof::Stage("producer-api-go-rest")),
        ("cargo xtask lint", Proof::Stage("lint")),
        ("cargo xtask generate", Proof::Stage("generated")),
        ("cargo xtask dist", Proof::Stage("dist")),
        ("cargo xtask simulate", Proof::RunAs("cargo xtask simulate --campaigns 20")),
        ("cargo xtask bench audit", Proof::RunAs("cargo xtask bench audit --events 1000")),
        ("cargo xtask bench generator", Proof::NotHere("measures for minutes")),
        ("cargo xtask bench services", Proof::NotHere("measures for minutes")),
        (
            "cargo xtask sample-report",
            Proof::NotHere(
                "measures for 40 minutes; what it made is tested by the stages crates and browser",
            ),
        ),
        ("cargo xtask sample-report --campaign ID", Proof::NotHere("needs the campaign that it was made of")),
        // Of READMEs below the root, in the folder of each.
        ("./mvnw verify", Proof::OwnStage),
        ("./mvnw spotless:apply", Proof::NotHere("changes the sources, which `./mvnw verify` judges")),
        ("./gradlew build", Proof::NotHere(GRADLE)),
        ("./gradlew app", Proof::NotHere(GRADLE)),
        (
            "java @../producer-core/java/jvm.options -XX:AOTCache=target/app/app.aot -jar target/app/producer-api-java-rest.jar",
            Proof::Stage("smoke"),
        ),
        (
            "java @../producer-core/java/jvm.options -XX:AOTCache=target/app/app.aot -jar target/app/producer-api-java-grpc.jar",
            Proof::Stage("smoke"),
        ),
        ("cargo run --release", Proof::Stage("smoke")),
        ("cargo test", Proof::Stage("crates")),
        ("go build && ./producer-api-go-rest", Proof::Stage("smoke")),
        ("go build && ./producer-api-go-grpc", Proof::Stage("smoke")),
        ("go test -race ./...", Proof::OwnStage),
        ("go generate ./...", Proof::Stage("generated")),
        ("go tool staticcheck ./...", Proof::Stage("lint")),
        ("GOWORK=off go tool -modfile=lint/go.mod golangci-lint run ./...", Proof::Stage("lint")),
        ("GOWORK=off go build -o k6 .", Proof::Stage("dist")),
        ("go build . && go test ./...", Proof::OwnStage),
        ("SERVER_PORT=9083 ./health-probe rest", Proof::OwnStage),
        ("GRPC_SERVER_PORT=9092 ./health-probe grpc", Proof::OwnStage),
        ("createdb car_entities", Proof::Stage("crates")),
        ("psql -d car_entities -f postgres/schema.sql -f postgres/roles.sql", Proof::Stage("crates")),
        (
            "psql -d car_entities -c \"alter role producer password '…'\" -c \"alter role perf_runner password '…'\"",
            Proof::Stage("crates"),
        ),
        (
            "DATABASE_URL=postgresql://producer:…@localhost:5432/car_entities cargo run -p producer-api-rust-rest",
            Proof::Stage("crates"),
        ),
        ("curl -i localhost:9083/api/v1/events/health", Proof::Against("producer-api-go-rest")),
        ("curl -i localhost:8081/api/v1/events/health", Proof::Against("producer-api-rust-rest")),
        (
            "curl -i localhost:8081/api/v1/events -H 'content-type: application/json' -d '{ \"eventHeader\": \
         {\"eventName\": \"LoanCreated\"}, \"eventBody\": {\"entities\": [{\"entityType\": \"Loan\", \"entityId\": \
         \"loan-1\", \"updatedAttributes\": {\"balance\": 1.5}}]}}'",
            Proof::Against("producer-api-rust-rest"),
        ),
        ("grpcurl -plaintext localhost:9090 list", Proof::NotHere(GRPCURL)),
        ("grpcurl -plaintext localhost:9090 grpc.health.v1.Health/Check", Proof::NotHere(GRPCURL)),
        (
            "grpcurl -plaintext -d '{\"event_header\": {\"event_name\": \"LoanCreated\"}, \"event_body\": {\"entities\": \
         [{\"entity_type\": \"Loan\", \"entity_id\": \"loan-1\", \"updated_attributes\": {\"balance\": 1.5}}]}}' \
         localhost:9090 com.example.grpc.EventService/ProcessEvent",
            Proof::NotHere(GRPCURL),
        ),
        ("./perf-runner --help", Proof::Stage("dist")),
        ("./perf-runner --version", Proof::Stage("dist")),
        ("./perf-runner verify --url http://HOST:PORT", Proof::Stage("dist")),
        (
            "./perf-runner smoke --url http://HOST:PORT --api producer-api-go-rest --database-url DATABASE",
            Proof::Stage("dist"),
        ),
        (
            "./perf-runner full --url http://HOST:PORT --api producer-api-go-rest --database-url DATABASE --rounds 5",
            Proof::Stage("dist"),
        ),
        ("perf-runner --build-tool gradle", Proof::Stage("crates")),
        ("apt-get install postgresql", Proof::NotHere(INSTALLS)),
        ("apt-get install chromium curl npm", Proof::NotHere(INSTALLS)),
        ("docker compose up -d --wait producer-api-go-rest", Proof::Stage("docker")),
        ("docker compose --profile all up -d --wait", Proof::Apart("cargo xtask test docker --all")),
        ("docker compose --profile all down --volumes", Proof::Stage("docker")),
        ("docker build --file producer-api-go-rest/Dockerfile .", Proof::Stage("docker")),
        ("docker compose --profile all --profile tools build", Proof::NotHere(BUILDKIT)),
        ("docker image prune", Proof::NotHere("removes what others have made")),
        ("docker builder prune", Proof::NotHere("removes what others have made")),
    ],
};
