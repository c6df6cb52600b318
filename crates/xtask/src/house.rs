//! Where things are, and how they are built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use crate::step::run;

/// The programs that the demo and the tests run.
const PROGRAMS: [&str; 10] = [
    "adit",
    "auth",
    "scheduler",
    "writer",
    "fetch-boards",
    "fetch-git",
    "fetch-pipelines",
    "fetch-tfvc",
    "emulator",
    "demo",
];

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The cargo that runs us, in the repository.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(cargo);
    cargo.current_dir(root());
    cargo
}

/// Where cargo builds.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let metadata = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("run `cargo metadata`")?;
    let metadata: Value =
        serde_json::from_slice(&metadata.stdout).context("read the answer of `cargo metadata`")?;
    let target = metadata["target_directory"].as_str();
    Ok(target
        .context("`cargo metadata` tells no target directory")?
        .into())
}

/// Builds the programs, and others beside them; tells where they are.
pub(crate) fn programs(release: bool, others: &[&str]) -> anyhow::Result<PathBuf> {
    let mut build = cargo();
    build.arg("build").args(release.then_some("--release"));
    build
        .args(
            PROGRAMS
                .iter()
                .chain(others)
                .flat_map(|program| ["--package", program]),
        )
        .arg("--bins");
    run(&mut build)?;
    Ok(target()?.join(if release { "release" } else { "debug" }))
}
