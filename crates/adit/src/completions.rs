//! `adit completions`: what a shell needs to complete the commands.

use clap::Command;
use clap_complete::Shell;

use crate::output;

/// What `adit completions` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(options: &Options, mut command: Command) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "adit", &mut script);
    output::text(&String::from_utf8_lossy(&script))
}
