//! Which organizations there are for a credential, and whether they answer it.

use azdo::{Client, OrganizationName, User};

use crate::finding::{Finding, OrganizationReference};
use crate::options::Options;
use crate::state::OrganizationState;

/// An organization that was discovered or named.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reached {
    /// Which one.
    pub organization: OrganizationReference,
    /// The way to it.
    pub state: OrganizationState,
    /// What the connection test showed.
    pub finding: Finding,
}

/// An organization that was named and cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?}: {}. {}", reason.answered, reason.remedy)]
pub struct Unreached {
    /// What was given for a name.
    pub given: String,
    /// The way to it.
    pub state: OrganizationState,
    /// Why, and what to do.
    pub reason: Finding,
}

/// The organizations of a user, each with the state of the way to it. The error is why even the list could not be had.
pub async fn discover(
    user: &User,
    client: impl Fn(OrganizationName) -> Client + Sync,
    options: &Options,
) -> Result<Vec<Reached>, Finding> {
    let _ = (user, client, options);
    Ok(Vec::new())
}

/// Tests the way to one organization.
pub async fn reach(client: &Client, user: Option<&User>, options: &Options) -> Reached {
    let checked = crate::check::check(client, user, options).await;
    Reached {
        organization: checked.organization,
        state: checked.state,
        finding: checked.finding,
    }
}

/// The organizations of these names or addresses, regardless of case; `known` are those that were discovered.
pub async fn resolve(
    given: &[String],
    known: &[Reached],
    client: impl Fn(OrganizationName) -> Client + Sync,
    user: Option<&User>,
    options: &Options,
) -> Vec<Result<Reached, Unreached>> {
    let _ = (given, known, client, user, options);
    Vec::new()
}
