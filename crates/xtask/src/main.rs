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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        <Command as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn what_follows_test_is_the_runner_s() {
        let Command::Test(_) = Command::parse_from(["xtask", "test", "--", "-E", "package(wire)"])
        else {
            panic!("it is the command `test`")
        };
        Command::parse_from(["xtask", "test", "a_filter", "--no-capture"]);
    }
}
