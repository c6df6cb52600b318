//! A Python that has Microsoft's client.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PACKAGE: &str = "azure-devops==7.1.0b4";

/// Where the client may remember routes, for this run alone.
pub(crate) fn cache() -> PathBuf {
    let directory =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cache-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// A Python environment with the package: made once, kept under the target directory.
pub(crate) fn environment() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("python-{}", PACKAGE.replace("==", "-")));
    let python = directory.join("bin/python");
    let works = |python: &Path| {
        Command::new(python)
            .args(["-c", "import azure.devops"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if works(&python) {
        return python;
    }
    let remedy = format!(
        "this test needs python3 with venv and, once, PyPI: make the environment by hand with\n  python3 -m venv {0} && {0}/bin/pip install {PACKAGE}",
        directory.display()
    );
    for (program, arguments) in [
        (
            Path::new("python3"),
            vec!["-m", "venv", directory.to_str().unwrap()],
        ),
        (
            directory.join("bin/pip").as_path(),
            vec!["install", "--quiet", "--disable-pip-version-check", PACKAGE],
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
        "the environment does not import azure.devops; {remedy}"
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
