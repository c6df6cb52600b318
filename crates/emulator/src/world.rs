//! The world: one organization and its domains.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::{
    boards::BoardsWorld,
    clock::Clock,
    entra::Entra,
    git::GitWorld,
    organization::{Neighbour, Organization, neighbours},
    pipelines::PipelinesWorld,
    random::{Random, Stream},
    size::{Plan, Size},
    tfvc::TfvcWorld,
};

/// The organization's name where none is given.
pub const ORGANIZATION: &str = "fabrikam";
/// The seed where none is given.
pub const SEED: u64 = 1;
/// The main reader's token where none is given.
pub const PAT: &str = "reader-sees-all-but-the-vault-and-is-the-one-to-use-here";

/// What a world is made from.
#[derive(Clone, Debug)]
pub struct Seed {
    pub organization: String,
    pub seed: u64,
    pub size: Size,
    /// The token of the main reader.
    pub pat: String,
    /// Where bare repositories are kept; a temporary directory, which goes with the world, where none is named.
    pub directory: Option<PathBuf>,
    /// Real repositories to serve beside the made ones.
    pub repositories: Vec<PathBuf>,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            organization: String::from(ORGANIZATION),
            seed: SEED,
            size: Size::Small,
            pat: String::from(PAT),
            directory: None,
            repositories: Vec::new(),
        }
    }
}

/// What the domains stand on while they are made.
#[derive(Debug)]
pub struct Ground<'a> {
    pub organization: &'a Organization,
    pub plan: &'a Plan,
    pub directory: &'a Path,
    pub repositories: &'a [PathBuf],
}

/// One organization and its domains, and who signs in to it; a domain may read the others.
#[derive(Debug)]
pub struct World {
    pub clock: Clock,
    pub organization: Organization,
    pub git: GitWorld,
    pub pipelines: PipelinesWorld,
    pub boards: BoardsWorld,
    pub tfvc: TfvcWorld,
    pub entra: Entra,
    /// Small organizations beside the main one.
    pub neighbours: Vec<Neighbour>,
    directory: Directory,
}

impl World {
    /// Makes the world: the same seed makes the same world.
    pub fn make(seed: &Seed, clock: Clock) -> anyhow::Result<Self> {
        let plan = seed.size.plan();
        let directory = Directory::make(seed.directory.as_deref())?;
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
            directory: directory.path(),
            repositories: &seed.repositories,
        };
        let git =
            GitWorld::make(&ground, random(Stream::Git)).context("make the git repositories")?;
        let pipelines = PipelinesWorld::make(&ground, &git, random(Stream::Pipelines));
        let boards = BoardsWorld::make(&ground, random(Stream::Boards));
        let tfvc = TfvcWorld::make(&ground, &boards, random(Stream::Tfvc));
        Ok(Self {
            clock,
            entra: Entra::make(&organization),
            neighbours: neighbours(),
            organization,
            git,
            pipelines,
            boards,
            tfvc,
            directory,
        })
    }

    /// Where the world keeps files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

/// Where the world keeps files.
#[derive(Debug)]
struct Directory {
    path: PathBuf,
    /// Made for this world alone, and removed with it.
    temporary: bool,
}

impl Directory {
    fn make(given: Option<&Path>) -> anyhow::Result<Self> {
        let path = given.map_or_else(
            || std::env::temp_dir().join(format!("emulator-{}", uuid::Uuid::new_v4())),
            Path::to_path_buf,
        );
        std::fs::create_dir_all(&path)
            .with_context(|| format!("make the directory {}", path.display()))?;
        Ok(Self {
            path,
            temporary: given.is_none(),
        })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!("failed to remove {}: {error}", self.path.display());
        }
    }
}
