//! The programs that the repository needs, and the Debian package that has each.

/// Program and package.
const PACKAGES: [(&str, &str); 19] = [
    ("cargo", "rustup"),
    ("cargo clippy", "rustup"),
    ("cargo fmt", "rustup"),
    ("chromium", "chromium"),
    ("curl", "curl"),
    ("debootstrap", "debootstrap"),
    ("docker", "docker.io"),
    ("gcc", "gcc libc6-dev"),
    ("git", "git"),
    ("go", "golang"),
    ("gofmt", "golang"),
    ("java", "default-jdk-headless"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("pgbench", "postgresql"),
    ("psql", "postgresql"),
    ("python3", "python3-pip"),
    ("setpriv", "util-linux"),
    ("wrk", "wrk"),
];

/// How to get a program of ours; `None` for any other.
pub(crate) fn repair(program: &str) -> Option<String> {
    let (_, packages) = PACKAGES.iter().find(|(known, _)| *known == program)?;
    Some(match program {
        // Debian's own are older than what the manifests ask for.
        "cargo" => "install the Rust that Cargo.toml's `rust-version` asks for with rustup".to_owned(),
        "cargo clippy" => "rustup component add clippy".to_owned(),
        "cargo fmt" => "rustup component add rustfmt".to_owned(),
        "go" | "gofmt" => {
            format!("install the Go that go.mod asks for (`apt-get install {packages}`, or a newer release)")
        }
        _ => format!("apt-get install {packages}"),
    })
}
