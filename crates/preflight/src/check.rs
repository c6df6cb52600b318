//! Checks one organization with few requests.

use azdo::{Client, User};

use crate::finding::{Finding, OrganizationCheck, OrganizationReference};
use crate::options::Options;
use crate::state::{OrganizationState, State};

/// What the credential of `client` can read. Never fails: what goes wrong is a finding. `user` is
/// the way beyond one organization, for credentials of users only: it proves a credential that an
/// organization refuses.
pub async fn check(client: &Client, user: Option<&User>, options: &Options) -> OrganizationCheck {
    let _ = (user, options);
    OrganizationCheck {
        organization: OrganizationReference {
            id: None,
            name: client.organization().to_string(),
        },
        state: OrganizationState::Unreachable,
        finding: Finding {
            state: State::Unknown,
            asked: String::new(),
            answered: String::new(),
            remedy: String::new(),
            link: String::new(),
        },
        projects: Vec::new(),
        requests: 0,
    }
}
