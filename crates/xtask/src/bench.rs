//! `cargo xtask bench`: figures, in release.

use crate::demo;
use crate::house;
use crate::step::{self, step};

/// What `cargo xtask bench` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How large the emulated organization is: small, medium or large
    #[arg(long, default_value = "medium")]
    size: String,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let programs = step("building the programs", || house::programs(true))?;
    step("the first sync, end to end", || {
        step::run(demo::demo(&programs)?.args(["--once", "--size", &options.size]))
    })
}
