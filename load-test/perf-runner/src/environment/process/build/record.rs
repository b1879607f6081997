//! What was built, from what: so that it need not be built again, and so that a
//! result names the programs that it is about.

use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    super::{files, service},
    inputs,
};
use crate::{
    fault::Fault,
    model::{Api, Build},
    settings::Places,
};

/// What the last build that succeeded read and gave.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    inputs: String,
    outputs: String,
}

/// The note on a service's last build, and what it would have to say now.
pub(super) struct BuildRecord {
    path: PathBuf,
    outputs: Vec<PathBuf>,
    /// None when it is not known: then it is built.
    inputs: Option<String>,
}

impl BuildRecord {
    /// Reads all that this service would be built from. Without a toolchain, or with
    /// a file that cannot be read, it is never current.
    pub(super) fn new(api: &Api, places: &Places, toolchain: Option<&str>) -> Self {
        let inputs = toolchain.and_then(|toolchain| inputs::hash(api, &places.root, toolchain).ok());
        let path = places.state.join(format!("builds/{}.json", api.id));
        Self { path, outputs: outputs(api, &places.root), inputs }
    }

    /// Whether what is there was built from what is there, and nobody touched it since.
    pub(super) fn is_current(&self) -> bool {
        let read = || -> Option<Content> { serde_json::from_str(&fs::read_to_string(&self.path).ok()?).ok() };
        let Some(now) = self.now() else { return false };
        read() == Some(now)
    }

    /// To be called before the build, so that one that fails or is killed leaves no note.
    ///
    /// # Errors
    /// When the note cannot be removed.
    pub(super) fn forget(&self) -> Result<(), Fault> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Fault::failed(format!("cannot remove {}", self.path.display())).cause(error))
            }
            _ => Ok(()),
        }
    }

    /// To be called after a build that succeeded. The inputs are those from before the
    /// build: what changed while it ran is built the next time.
    ///
    /// # Errors
    /// When the note cannot be written.
    pub(super) fn keep(&self) -> Result<(), Fault> {
        // What the build did not make is told by who looks for it.
        let Some(now) = self.now() else { return Ok(()) };
        let write = || -> io::Result<()> {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            files::write_whole(&self.path, &serde_json::to_vec(&now)?)
        };
        write().map_err(|error| Fault::failed(format!("cannot write {}", self.path.display())).cause(error))
    }

    fn now(&self) -> Option<Content> {
        Some(Content { inputs: self.inputs.clone()?, outputs: fingerprint(&self.outputs).ok()? })
    }
}

/// What the build makes: programs, and of a jar its whole folder, which holds its
/// libraries and its start-up cache, too.
fn outputs(api: &Api, root: &Path) -> Vec<PathBuf> {
    let made = api.start.iter().filter(|word| word.contains('/') && !word.starts_with(['-', '@']));
    made.map(|word| root.join(word))
        .map(|program| match program.parent() {
            Some(folder) if program.extension().is_some_and(|end| end == "jar") => folder.to_owned(),
            _ => program,
        })
        .collect()
}

/// Over names, contents and times: a JVM takes a start-up cache only for a jar with
/// the time stamp that it knows.
fn fingerprint(outputs: &[PathBuf]) -> io::Result<String> {
    let mut found = Vec::new();
    for output in outputs {
        collect(output, &mut found)?;
    }
    found.sort();
    let mut hasher = Sha256::new();
    for path in &found {
        let facts = fs::metadata(path)?;
        let told = format!("{} {} {}", path.display(), facts.mtime(), facts.mtime_nsec());
        hasher.update(Sha256::digest(told));
    }
    hasher.update(files::hash(&found)?);
    Ok(hex::encode(hasher.finalize()))
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    fs::read_dir(path)?.try_for_each(|entry| collect(&entry?.path(), found))
}

/// The hash over the files that starting the API runs, and what built them: equal
/// ids, equal programs.
///
/// # Errors
/// When one of them is missing.
pub(super) fn identify(api: &Api, root: &Path) -> Result<Build, Fault> {
    let programs = service::programs(api, root);
    let hash = files::hash(&programs).map_err(|error| {
        let names: Vec<String> = programs.iter().map(|path| path.display().to_string()).collect();
        Fault::failed(format!("{} is not built: cannot read {}", api.id, names.join(", ")))
            .cause(error)
            .repair("run again without --skip-build")
    })?;
    let id = hex::encode(Sha256::digest(format!("{} {hash}", api.build_tool())));
    Ok(Build { api: api.id.clone(), id })
}
