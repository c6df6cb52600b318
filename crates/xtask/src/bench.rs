//! `cargo xtask bench`: figures, in release.

use std::process::Command;

use crate::demo;
use crate::house;
use crate::step::{self, step};

/// What `cargo xtask bench` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How large the emulated organization is
    #[arg(long, default_value = "medium", value_parser = ["small", "medium", "large"])]
    size: String,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let programs = step("building the programs", || {
        house::programs(true, &["bench"])
    })?;
    step("finding nats-server and PostgreSQL", || {
        step::run(demo::demo(&programs)?.arg("--servers"))
    })?;
    step("measuring", || {
        step::run(Command::new(programs.join("bench")).args(["--size", &options.size]))
    })
}
