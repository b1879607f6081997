//! The pinned k6, built once for all tests of whichever program.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

/// The generator's program, under a name made of what it is built from.
pub(crate) fn k6() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../k6");
    let mut hash = Sha256::new();
    let mut sources = vec![source.join("go.mod"), source.join("go.sum"), source.join("main.go")];
    let folder = fs::read_dir(source.join("windows")).expect("k6 can be looked for");
    sources.extend(folder.map(|entry| entry.expect("k6 can be looked for").path()));
    sources.sort();
    for path in sources {
        hash.update(fs::read(path).expect("k6 can be looked for"));
    }
    let hash =
        format!("{:x}", u128::from_be_bytes(hash.finalize()[..16].try_into().expect("k6 can be looked for")));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = folder.join(format!("k6-{hash}"));
    // Tests run at the same time, in several processes; one of them builds.
    let lock = File::create(folder.join("k6.lock")).expect("k6 can be looked for");
    lock.lock().expect("k6 can be looked for");
    if !program.exists() {
        let made = folder.join(format!("k6-{hash}.making"));
        let built = std::process::Command::new("go")
            .args(["build", "-o"])
            .arg(&made)
            .arg(".")
            // The services' workspace would have a say in k6's versions, and k6 in theirs.
            .env("GOWORK", "off")
            .current_dir(&source)
            .status()
            .expect("the tests of the load need Go");
        assert!(built.success(), "k6 cannot be built");
        fs::rename(made, &program).expect("k6 can be looked for");
    }
    program
}
