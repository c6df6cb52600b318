//! The world: one organization and its domains.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::{
    boards::BoardsWorld,
    clock::Clock,
    git::GitWorld,
    organization::Organization,
    pipelines::PipelinesWorld,
    random::{Random, Stream},
    size::{Plan, Size},
    tfvc::TfvcWorld,
};

/// What a world is made from.
#[derive(Clone, Debug)]
pub struct Seed {
    pub organization: String,
    pub seed: u64,
    pub size: Size,
    /// The token of the main reader.
    pub pat: String,
    /// Where real repositories are kept.
    pub directory: PathBuf,
    /// Real repositories to serve beside the made ones.
    pub repositories: Vec<PathBuf>,
}

/// What the domains stand on while they are made.
#[derive(Debug)]
pub struct Ground<'a> {
    pub organization: &'a Organization,
    pub plan: &'a Plan,
    pub directory: &'a Path,
    pub repositories: &'a [PathBuf],
}

/// One organization and its domains; a domain may read the others.
#[derive(Debug)]
pub struct World {
    pub clock: Clock,
    pub organization: Organization,
    pub git: GitWorld,
    pub pipelines: PipelinesWorld,
    pub boards: BoardsWorld,
    pub tfvc: TfvcWorld,
}

impl World {
    /// Makes the world: the same seed makes the same world.
    pub fn make(seed: &Seed, clock: Clock) -> anyhow::Result<Self> {
        let plan = seed.size.plan();
        let random = |stream| Random::new(seed.seed, stream);
        let organization = Organization::make(
            &seed.organization,
            &seed.pat,
            &plan,
            random(Stream::Organization),
        );
        let ground = Ground {
            organization: &organization,
            plan: &plan,
            directory: &seed.directory,
            repositories: &seed.repositories,
        };
        let git =
            GitWorld::make(&ground, random(Stream::Git)).context("make the git repositories")?;
        let pipelines = PipelinesWorld::make(&ground, &git, random(Stream::Pipelines));
        let boards = BoardsWorld::make(&ground, random(Stream::Boards));
        let tfvc = TfvcWorld::make(&ground, random(Stream::Tfvc));
        Ok(Self {
            clock,
            organization,
            git,
            pipelines,
            boards,
            tfvc,
        })
    }
}
