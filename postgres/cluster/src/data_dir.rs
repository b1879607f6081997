//! The data folder: recognised when it is there, made when it is not.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use crate::account::Account;
use crate::log::last_lines;
use crate::password::Password;
use crate::{Binaries, ClusterError, SUPERUSER};

/// Kept in the data folder, which only the server's user can enter.
const PASSWORD_FILE: &str = "superuser.password";

/// Makes sure that `data_dir` is a cluster of this version and gives the superuser's password.
///
/// A new cluster is made beside the folder and moved into place when it is whole, so
/// that an interrupted start leaves nothing that looks like a cluster.
pub(crate) fn prepare(
    binaries: &Binaries,
    account: &Account,
    data_dir: &Path,
) -> Result<Password, ClusterError> {
    if is_cluster(binaries, data_dir)? {
        account.check_reach(data_dir)?;
        return read_password(data_dir);
    }
    let parent = data_dir.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(ClusterError::io("make the folder", parent))?;
    account.check_reach(parent)?;
    let unfinished = unfinished_beside(data_dir);
    let made = make(binaries, account, &unfinished, data_dir);
    if made.is_err() {
        // The first error is the one to tell; a left-over folder is harmless.
        let _ = fs::remove_dir_all(&unfinished);
    }
    made
}

fn is_cluster(binaries: &Binaries, data_dir: &Path) -> Result<bool, ClusterError> {
    match fs::read_to_string(data_dir.join("PG_VERSION")) {
        Ok(text) if text.trim() == binaries.major().to_string() => Ok(true),
        Ok(text) => Err(ClusterError::VersionMismatch {
            data_dir: data_dir.to_path_buf(),
            found: text.trim().chars().take(20).collect(),
            server: binaries.major(),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound && is_empty(data_dir)? => Ok(false),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Err(ClusterError::NotACluster(data_dir.to_path_buf()))
        }
        Err(error) => Err(ClusterError::io("read the data folder", data_dir)(error)),
    }
}

/// True for an empty folder and for none.
fn is_empty(folder: &Path) -> Result<bool, ClusterError> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(ClusterError::io("read the data folder", folder)(error)),
    }
}

fn unfinished_beside(data_dir: &Path) -> PathBuf {
    let mut name = data_dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".unfinished-{}", process::id()));
    data_dir.with_file_name(name)
}

fn make(
    binaries: &Binaries,
    account: &Account,
    unfinished: &Path,
    data_dir: &Path,
) -> Result<Password, ClusterError> {
    let make_folder = ClusterError::io("make the folder", unfinished);
    DirBuilder::new().mode(0o700).create(unfinished).map_err(make_folder)?;
    account.own(unfinished)?;
    let password = random_password()?;
    // `initdb` wants an empty folder, so the password lies beside the cluster until it is made.
    let pgdata = unfinished.join("data");
    let password_file = unfinished.join(PASSWORD_FILE);
    write_secret(&password_file, password.text())?;
    account.own(&password_file)?;
    run_initdb(binaries, account, &pgdata, &password_file)?;
    let keep = ClusterError::io("move into place", &password_file);
    fs::rename(&password_file, pgdata.join(PASSWORD_FILE)).map_err(keep)?;
    fs::rename(&pgdata, data_dir).map_err(ClusterError::io("move the new cluster to", data_dir))?;
    fs::remove_dir(unfinished).map_err(ClusterError::io("remove", unfinished))?;
    Ok(password)
}

fn run_initdb(
    binaries: &Binaries,
    account: &Account,
    pgdata: &Path,
    password_file: &Path,
) -> Result<(), ClusterError> {
    let mut command = Command::new(binaries.folder().join("initdb"));
    command
        .arg("--pgdata")
        .arg(pgdata)
        .arg("--pwfile")
        .arg(password_file)
        .args(["--username", SUPERUSER, "--auth=scram-sha-256"])
        // The locale `C` is everywhere and sorts by byte, the same on every system.
        .args(["--encoding=UTF8", "--locale=C"])
        .env("LC_ALL", "C")
        .current_dir("/");
    account.apply(&mut command);
    let program = Path::new(command.get_program()).to_path_buf();
    let output = command.output().map_err(ClusterError::io("run", &program))?;
    if output.status.success() {
        return Ok(());
    }
    let text =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(ClusterError::InitFailed { data_dir: pgdata.to_path_buf(), output: last_lines(&text) })
}

fn random_password() -> Result<Password, ClusterError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0; 16];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(ClusterError::io("read", source))?;
    Ok(Password::new(format!("{:032x}", u128::from_ne_bytes(bytes))))
}

fn write_secret(path: &Path, secret: &str) -> Result<(), ClusterError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(secret.as_bytes()))
        .map_err(ClusterError::io("write", path))
}

pub(crate) fn read_password(data_dir: &Path) -> Result<Password, ClusterError> {
    let path = data_dir.join(PASSWORD_FILE);
    let text =
        fs::read_to_string(&path).map_err(ClusterError::io("read the superuser's password in", &path))?;
    Ok(Password::new(text.trim()))
}
