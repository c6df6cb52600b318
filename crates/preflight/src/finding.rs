//! What was found: plain records that can be stored and shown.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::{Domain, OrganizationState, State};

/// One cell of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether it can be read, and if not, what keeps it.
    pub state: State,
    /// What was asked: method and path, without the host.
    pub asked: String,
    /// What came back, in at most 300 characters and without secrets.
    pub answered: String,
    /// What to do about it; empty where nothing is to be done.
    pub remedy: String,
    /// Where to do it.
    pub link: String,
}

/// An organization by its id, where it gave one, and by the name it was asked by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationReference {
    /// `instanceId` of its connection data.
    pub id: Option<Uuid>,
    /// As it stands in URLs.
    pub name: String,
}

/// What one identity can read of one organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationCheck {
    /// Which one.
    pub organization: OrganizationReference,
    /// The way to it.
    pub state: OrganizationState,
    /// Readable where its projects could be listed; else why not.
    pub finding: Finding,
    /// The projects that the identity's own listing shows, by name.
    pub projects: Vec<ProjectCheck>,
    /// How many requests it took.
    pub requests: u32,
}

/// What one identity can read of one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectCheck {
    /// Survives renames.
    pub id: Uuid,
    /// Its current name.
    pub name: String,
    /// In the order of [`Domain::ALL`].
    pub domains: [(Domain, Finding); 4],
}

impl ProjectCheck {
    /// The cell of a domain.
    pub fn finding(&self, domain: Domain) -> Option<&Finding> {
        let mut cells = self.domains.iter();
        cells
            .find(|(of, _)| *of == domain)
            .map(|(_, finding)| finding)
    }
}
