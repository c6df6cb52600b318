//! A Python with wheels of somebody else's.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};

/// The Python of an environment that has what `requirements` names. It is made once, and kept under the target directory;
/// what is there already needs no `PyPI`.
pub(crate) fn environment(name: &str, requirements: &Path) -> anyhow::Result<PathBuf> {
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let program = environment.join("bin/python");
    if !program.exists() {
        let make = ["-m", "venv", &environment.display().to_string()].map(str::to_owned);
        run(Path::new("python3"), &make)?;
    }
    let requirements = requirements.display().to_string();
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
        &requirements,
    ]
    .map(str::to_owned);
    run(&program, &install)?;
    Ok(program)
}

fn run(program: &Path, arguments: &[String]) -> anyhow::Result<()> {
    let output = Command::new(program).args(arguments).output();
    let output = output.with_context(|| format!("start {}", program.display()))?;
    ensure!(
        output.status.success(),
        "{} {arguments:?} failed; this test needs python3 with venv and, once, PyPI: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
