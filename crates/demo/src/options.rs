//! What the demo can be told.

use std::path::PathBuf;

use clap::ValueEnum;

/// All of Adit on one machine, against an emulated Azure DevOps.
#[derive(Debug, clap::Parser)]
#[command(name = "cargo xtask demo", version)]
pub(crate) struct Options {
    /// End after the first sync: compare the database with the ground truth, and fail on any difference
    #[arg(long)]
    pub(crate) once: bool,

    /// How large the emulated organization is
    #[arg(long, value_enum, default_value_t)]
    pub(crate) size: Size,

    /// A real git repository to serve beside the made ones; may be given more than once
    #[arg(long = "git", value_name = "DIR")]
    pub(crate) repositories: Vec<PathBuf>,

    /// Keep the data at the end; the next demo deletes them
    #[arg(long)]
    pub(crate) keep: bool,

    /// Only find or install nats-server and PostgreSQL, and say which
    #[arg(long, conflicts_with = "once")]
    pub(crate) servers: bool,

    /// Where the programs are
    #[arg(long, hide = true, default_value = "target/debug", value_name = "DIR")]
    pub(crate) programs: PathBuf,

    /// Where data and logs go
    #[arg(long, hide = true, default_value = "target/demo", value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// Where servers are installed
    #[arg(long, hide = true, default_value = "target/tools", value_name = "DIR")]
    pub(crate) tools: PathBuf,
}

/// A size of the emulated organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// Read in seconds
    #[default]
    Small,
    /// A team's few years
    Medium,
    /// At least 200,000 records
    Large,
}

impl Size {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        <Options as clap::CommandFactory>::command().debug_assert();
    }
}
