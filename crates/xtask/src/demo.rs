//! `cargo xtask demo`: builds the programs, and becomes the demo.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::house;
use crate::step::step;

/// What `cargo xtask demo` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// End after the first sync: compare the database with the ground truth, and fail on any difference
    #[arg(long)]
    once: bool,

    /// How large the emulated organization is; large has more than 200,000 records and wants --release
    #[arg(long, default_value = "small", value_parser = ["small", "medium", "large"])]
    size: String,

    /// A real git repository to serve beside the made ones; may be given more than once
    #[arg(long = "git", value_name = "DIR")]
    repositories: Vec<PathBuf>,

    /// Keep the data in target/demo at the end; the next demo deletes them
    #[arg(long)]
    keep: bool,

    /// Build in release
    #[arg(long)]
    release: bool,
}

/// Builds, and hands over: signals then reach the demo itself.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let programs = step("building the programs", || {
        house::programs(options.release, &[])
    })?;
    let mut demo = demo(&programs)?;
    demo.args(["--size", &options.size]);
    demo.args(options.once.then_some("--once"));
    demo.args(options.keep.then_some("--keep"));
    for repository in &options.repositories {
        demo.arg("--git").arg(repository);
    }
    Err(demo.exec()).context("start the demo")
}

/// The demo, told where everything is.
pub(crate) fn demo(programs: &Path) -> anyhow::Result<Command> {
    let target = house::target()?;
    let mut demo = Command::new(programs.join("demo"));
    demo.arg("--programs").arg(programs);
    demo.arg("--directory").arg(target.join("demo"));
    demo.arg("--tools").arg(target.join("tools"));
    Ok(demo)
}
