//! `cargo xtask demo`: builds the programs, and becomes the demo.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::house;
use crate::step::step;

/// What `cargo xtask demo` is told.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// --release builds for large organizations and for figures; the demo's own: --once, --size, --git, --keep, --help
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTIONS"
    )]
    demo: Vec<OsString>,
}

/// Builds, and hands over: signals then reach the demo itself.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let (release, options) = split(&options.demo);
    let programs = step("building the programs", || house::programs(release))?;
    let mut demo = demo(&programs)?;
    Err(demo.args(options).exec()).context("start the demo")
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

/// Our own option, and those that are the demo's.
fn split(options: &[OsString]) -> (bool, Vec<&OsString>) {
    let (release, demo): (Vec<_>, Vec<_>) =
        options.iter().partition(|option| *option == "--release");
    (!release.is_empty(), demo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_is_ours_wherever_it_stands() {
        for options in [vec!["--release", "--once"], vec!["--once", "--release"]] {
            let options: Vec<OsString> = options.into_iter().map(OsString::from).collect();
            let (release, demo) = split(&options);
            assert!(release);
            assert_eq!(demo, ["--once"]);
        }
    }
}
