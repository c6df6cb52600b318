//! How large the world is: named sizes, and what each plans per domain.

use std::fmt;

/// A named size of the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Size {
    /// Read in seconds.
    #[default]
    Small,
    /// A team's few years.
    Medium,
    /// At least 200,000 records.
    Large,
}

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        })
    }
}

/// How many of each kind are made, over all ordinary projects together.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Projects that everybody reads, beside the awkward ones that are always there.
    pub ordinary_projects: usize,
    pub identities: usize,
    pub repositories: usize,
    pub commits: usize,
    pub pull_requests: usize,
    pub build_definitions: usize,
    pub builds: usize,
    pub work_items: usize,
    pub work_item_revisions: usize,
    pub changesets: usize,
}

impl Size {
    /// The plan of this size; the medium one is the world of the measurements that clients are compared on.
    pub fn plan(self) -> Plan {
        match self {
            Self::Small => Plan {
                ordinary_projects: 1,
                identities: 12,
                repositories: 5,
                commits: 120,
                pull_requests: 30,
                build_definitions: 8,
                builds: 80,
                work_items: 60,
                work_item_revisions: 300,
                changesets: 60,
            },
            Self::Medium => Plan {
                ordinary_projects: 3,
                identities: 40,
                repositories: 14,
                commits: 2_031,
                pull_requests: 297,
                build_definitions: 30,
                builds: 1_500,
                work_items: 1_969,
                work_item_revisions: 11_154,
                changesets: 500,
            },
            Self::Large => Plan {
                ordinary_projects: 5,
                identities: 120,
                repositories: 20,
                commits: 30_000,
                pull_requests: 4_000,
                build_definitions: 120,
                builds: 40_000,
                work_items: 20_000,
                work_item_revisions: 120_000,
                changesets: 6_000,
            },
        }
    }
}
