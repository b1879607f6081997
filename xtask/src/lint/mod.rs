//! The linters of each language, and the house rules that no linter knows.

mod house;
mod rules;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// The tool directive of a Go module that wants staticcheck.
const STATICCHECK: &str = "honnef.co/go/tools/cmd/staticcheck";

/// The module that pins golangci-lint, so that no service depends on it; `.golangci.yml` is its configuration.
const GOLANGCI_MODULE: &str = "producer-core/go/lint/go.mod";

/// Runs them all, the quick ones first.
///
/// Errors: names what was found.
pub(crate) fn run(repository: &Repository) -> Result<(), Fault> {
    house::check(repository)?;
    let golangci = repository.root().join(GOLANGCI_MODULE);
    for module in repository.go_modules()? {
        let folder = repository.root().join(&module);
        println!("in {module}:");
        Invocation::go(&folder, ["vet", "./..."]).run()?;
        if pins_staticcheck(&repository.read(folder.join("go.mod"))?) {
            Invocation::go(&folder, ["tool", "staticcheck", "./..."]).run()?;
        }
        if golangci.is_file() {
            let modfile = format!("-modfile={}", golangci.display());
            // Another checkout's run is no reason to fail.
            let run = ["golangci-lint", "run", "--allow-parallel-runners", "./..."];
            Invocation::go(&folder, ["tool", &modfile].into_iter().chain(run)).run()?;
        }
    }
    let clippy =
        ["clippy", "--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"];
    Invocation::cargo(repository.root(), clippy).run()
}

fn pins_staticcheck(go_mod: &str) -> bool {
    go_mod.lines().any(|line| line.trim().trim_start_matches("tool ").trim() == STATICCHECK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staticcheck_is_run_where_it_is_a_tool_and_not_where_it_is_only_required() {
        assert!(pins_staticcheck(&format!("module m\n\ntool {STATICCHECK}\n")));
        assert!(pins_staticcheck(&format!("tool (\n\tgolang.org/x/y\n\t{STATICCHECK}\n)\n")));
        assert!(!pins_staticcheck("require honnef.co/go/tools v0.7.0 // indirect\n"));
    }
}
