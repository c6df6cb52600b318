//! What changed between two checks.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::finding::OrganizationCheck;
use crate::state::{Domain, State};

/// What became readable, or stopped being so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It is to be read from its beginning: what became readable leaves no trace in any feed.
    BecameReadable {
        /// The project.
        project: Uuid,
        /// Its current name.
        name: String,
        /// What of it.
        domain: Domain,
    },
    /// Its rows are kept as they were last read.
    StoppedBeingReadable {
        /// The project.
        project: Uuid,
        /// Its last known name.
        name: String,
        /// What of it.
        domain: Domain,
        /// What keeps it now.
        state: State,
        /// The same, for people: what happened, that the rows are kept, what to do.
        sentence: String,
    },
}

/// What changed from `before` to `after`.
pub fn compare(before: &OrganizationCheck, after: &OrganizationCheck) -> Vec<Change> {
    let _ = (before, after);
    Vec::new()
}
