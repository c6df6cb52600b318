//! The nouns of the catalogue: what an entity is and how it is read.

use std::{fmt, str::FromStr};

/// One of the four parts of Azure DevOps that Adit reads; each has its own fetcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// Work items, and the organization's structure: projects, teams.
    Boards,
    /// Git repositories and pull requests.
    Git,
    /// Build definitions, builds, timelines.
    Pipelines,
    /// TFVC.
    Tfvc,
}

impl Domain {
    /// All domains, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Boards, Self::Git, Self::Pipelines, Self::Tfvc];

    /// The name, as it stands in subjects, SQL and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boards => "boards",
            Self::Git => "git",
            Self::Pipelines => "pipelines",
            Self::Tfvc => "tfvc",
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A word that names no domain.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no domain: use boards, git, pipelines or tfvc")]
pub struct UnknownDomain(String);

impl FromStr for Domain {
    type Err = UnknownDomain;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|domain| domain.name() == name)
            .ok_or_else(|| UnknownDomain(name.to_owned()))
    }
}

/// What one feed of an entity covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// One feed an organization.
    Organization,
    /// One feed a project.
    Project,
    /// One feed a repository.
    Repository,
}

/// How often a listing is read when nothing brings it forward. The scheduler's options give the lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Every cycle: what changes all day.
    Cycle,
    /// Every hour or so: structure and metadata.
    Slow,
}

/// How an entity is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The whole listing each time: a sweep, which also finds deletions.
    Whole(Cadence),
    /// From a cursor on.
    Cursor(Cadence),
    /// From a cursor on, each time rows of the named entity of the same scope have changed.
    Follows(&'static str),
    /// By gaps: for rows of the named parent entity that lack this detail.
    Detail {
        /// Parent entity.
        of: &'static str,
        /// Gaps a job.
        batch: u32,
    },
}

/// A kind of record. The catalogue has one line for each.
#[derive(Debug)]
pub struct Entity {
    /// Domain whose fetcher reads it.
    pub domain: Domain,
    /// Name in `snake_case`, plural.
    pub name: &'static str,
    /// What one feed covers.
    pub scope: ScopeKind,
    /// How it is read.
    pub reading: Reading,
    /// Full name of the message of a page.
    pub page_message: &'static str,
    /// Full name of the message of a record.
    pub record_message: &'static str,
}

impl Entity {
    /// The name as a subject token: `-` for `_`.
    pub fn token(&self) -> String {
        self.name.replace('_', "-")
    }

    /// True when each run reads the whole listing.
    pub const fn is_whole(&self) -> bool {
        matches!(self.reading, Reading::Whole(_))
    }

    /// True when it is read by gaps.
    pub const fn is_detail(&self) -> bool {
        matches!(self.reading, Reading::Detail { .. })
    }
}

impl PartialEq for Entity {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Entity {}
