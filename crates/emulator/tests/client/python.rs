//! A Python that has Microsoft's clients.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Packages, and what is imported to see that they are there.
pub(crate) struct Packages {
    /// What the environment is called.
    name: &'static str,
    install: &'static [&'static str],
    imports: &'static str,
}

/// The client of Azure DevOps.
pub(crate) const AZURE_DEVOPS: Packages = Packages {
    name: "azure-devops-7.1.0b4",
    install: &["azure-devops==7.1.0b4"],
    imports: "import azure.devops",
};

/// The clients of Entra and of managed identities.
pub(crate) const IDENTITY: Packages = Packages {
    name: "identity-msal-1.39.0",
    install: &["msal==1.39.0", "azure-identity==1.27.0"],
    imports: "import msal, azure.identity",
};

/// Where the client may remember routes, for this run alone.
pub(crate) fn cache() -> PathBuf {
    let directory =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cache-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// A Python environment with the packages: made once, kept under the target directory.
pub(crate) fn environment(wanted: &Packages) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{}", wanted.name));
    let python = directory.join("bin/python");
    let works = |python: &Path| {
        Command::new(python)
            .args(["-c", wanted.imports])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if works(&python) {
        return python;
    }
    let remedy = format!(
        "this test needs python3 with venv and, once, PyPI: make the environment by hand with\n  python3 -m venv {0} && {0}/bin/pip install {1}",
        directory.display(),
        wanted.install.join(" ")
    );
    let make = ["-m", "venv", directory.to_str().unwrap()];
    let install = ["install", "--quiet", "--disable-pip-version-check"];
    for (program, arguments) in [
        (Path::new("python3"), make.to_vec()),
        (
            directory.join("bin/pip").as_path(),
            [&install, wanted.install].concat(),
        ),
    ] {
        let output = Command::new(program).args(&arguments).output();
        let output = output.unwrap_or_else(|error| {
            panic!("{} does not start: {error}; {remedy}", program.display())
        });
        assert!(
            output.status.success(),
            "{} {arguments:?} failed: {}\n{remedy}",
            program.display(),
            told(&output)
        );
    }
    assert!(
        works(&python),
        "the environment cannot {}; {remedy}",
        wanted.imports
    );
    python
}

/// What a program said.
pub(crate) fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
