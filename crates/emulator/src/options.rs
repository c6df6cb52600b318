//! The program's options.

use std::{net::SocketAddr, path::PathBuf};

use emulator::{Seed, Size};

/// An Azure DevOps for demos and tests: one organization, seeded and deterministic.
#[derive(Debug, clap::Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "EMULATOR_LISTEN", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,

    /// The organization's name.
    #[arg(long, env = "EMULATOR_ORGANIZATION", default_value = emulator::world::ORGANIZATION)]
    organization: String,

    /// The same seed makes the same world.
    #[arg(long, env = "EMULATOR_SEED", default_value_t = emulator::world::SEED)]
    seed: u64,

    /// How much there is in the world.
    #[arg(long, env = "EMULATOR_SIZE", value_enum, default_value_t)]
    size: Size,

    /// The token of the main reader, who sees all but the vault.
    #[arg(long, env = "EMULATOR_PAT", default_value = emulator::world::PAT)]
    pat: String,

    /// A real git repository to serve beside the made ones; may be given more than once.
    #[arg(long = "git", value_name = "DIR")]
    repositories: Vec<PathBuf>,

    /// Where to keep the bare repositories; a temporary directory otherwise.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Options {
    /// What the world is made from.
    pub(crate) fn into_seed(self) -> Seed {
        Seed {
            organization: self.organization,
            seed: self.seed,
            size: self.size,
            pat: self.pat,
            directory: self.data,
            repositories: self.repositories,
        }
    }
}
