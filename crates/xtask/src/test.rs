//! `cargo xtask test`: all tests, with what they need.

use std::ffi::OsString;

use crate::demo;
use crate::house::{self, cargo};
use crate::step::{self, say, step, works};

/// What `cargo xtask test` is told.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// Passed on to the test runner: a filter, say
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTIONS"
    )]
    runner: Vec<OsString>,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    tests(&options.runner)
}

/// Runs all tests; with options for the runner, only what they choose.
pub(crate) fn tests(options: &[OsString]) -> anyhow::Result<()> {
    let programs = step("building the programs", || house::programs(false, &[]))?;
    step("finding nats-server and PostgreSQL", || {
        step::run(demo::demo(&programs)?.arg("--servers"))
    })?;
    if options.is_empty() {
        step("doctests", || {
            step::run(cargo().args(["test", "--workspace", "--doc"]))
        })?;
    }
    // Last, so that the closing lines are the runner's.
    if works(cargo().args(["nextest", "--version"])) {
        step("tests (nextest)", || {
            step::run(
                cargo()
                    .args(["nextest", "run", "--workspace", "--no-fail-fast"])
                    .args(options),
            )
        })
    } else {
        say("cargo-nextest is not there, so `cargo test` runs the tests, a crate at a time");
        step("tests (cargo test)", || {
            step::run(
                cargo()
                    .args(["test", "--workspace", "--all-targets", "--no-fail-fast"])
                    .args(options),
            )
        })
    }
}
