#![doc = include_str!("../README.md")]

mod bench;
mod ci;
mod demo;
mod house;
mod step;
mod test;
mod tool;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

/// Every check and every show of this repository
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// All of Adit on this machine, against an emulated Azure DevOps
    Demo(demo::Options),
    /// All tests, with what they need
    Test(test::Options),
    /// All checks, the tests and the demo
    Ci,
    /// Measures, in release
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Ci => ci::run(),
        Command::Bench(options) => bench::run(&options),
    };
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    // Where standard error is closed nobody is left to be told.
    let _ = writeln!(std::io::stderr().lock(), "error: {error:#}");
    ExitCode::FAILURE
}
