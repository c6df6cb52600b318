//! Which organizations there are for a credential, and whether they answer it.

use std::collections::HashSet;

use azdo::{Account, Client, OrganizationName, User};
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::ask::{Failure, within};
use crate::connection::connect;
use crate::decide::decide;
use crate::evidence::{Evidence, Licence, Question};
use crate::finding::{Finding, OrganizationReference};
use crate::options::{Options, Proof};
use crate::state::{OrganizationState, State};
use crate::text::shown;

/// An organization that was discovered or named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[error("{given}: {}. {}", reason.answered, reason.remedy)]
pub struct Unreached {
    /// What was given for a name.
    pub given: String,
    /// The way to it.
    pub state: OrganizationState,
    /// Why, and what to do.
    pub reason: Finding,
}

/// The organizations of a user, by name, each with the state of the way to it. The error is why
/// even the list could not be had.
pub async fn discover(
    user: &User,
    client: impl Fn(OrganizationName) -> Client + Sync,
    options: &Options,
) -> Result<Vec<Reached>, Finding> {
    let accounts = accounts(user, options).await?;
    let options = Options {
        // By the profile.
        proof: Proof::Accepted,
        ..options.clone()
    };
    let asking = stream::iter(accounts).map(async |account| {
        let Some(name) = name_of(&account) else {
            return nameless(&account);
        };
        let mut reached = reach(&client(name), None, &options).await;
        reached.organization.id = reached.organization.id.or(Some(account.account_id));
        reached
    });
    let asking = asking.buffer_unordered(options.concurrency.max(1));
    let mut found: Vec<Reached> = asking.boxed().collect().await;
    found.sort_by_cached_key(|reached| reached.organization.name.to_lowercase());
    Ok(found)
}

async fn accounts(user: &User, options: &Options) -> Result<Vec<Account>, Finding> {
    let refused = |asked: &str, failure: Failure| {
        decide(&Evidence {
            organization: None,
            project: None,
            credential: options.credential,
            tenant: options.tenant,
            proof: options.proof,
            question: Question::Profile,
            asked,
            answer: failure.answer(),
            right: None,
            licence: Licence::Unknown,
            is_public: false,
        })
    };
    let profile = within(options.patience, user.profile())
        .await
        .map_err(|failure| refused("GET /_apis/profile/profiles/me", failure))?;
    within(options.patience, user.accounts(profile.id))
        .await
        .map_err(|failure| refused("GET /_apis/accounts", failure))
}

fn name_of(account: &Account) -> Option<OrganizationName> {
    account.account_name.as_ref()?.parse().ok()
}

/// Never asked: such a name could lead a request elsewhere.
fn nameless(account: &Account) -> Reached {
    let name = shown(account.account_name.as_deref().unwrap_or_default());
    Reached {
        organization: OrganizationReference {
            id: Some(account.account_id),
            name: name.clone(),
        },
        state: OrganizationState::Unreachable,
        finding: no_name(&name),
    }
}

fn no_name(given: &str) -> Finding {
    Finding {
        state: State::Unknown,
        asked: String::new(),
        answered: shown(&format!("\"{given}\" is not the name of an organization")),
        remedy: "Give the name or the address of the organization, such as fabrikam, https://dev.azure.com/fabrikam or https://fabrikam.visualstudio.com.".to_owned(),
        link: "https://aex.dev.azure.com/me".to_owned(),
    }
}

/// Tests the way to one organization.
pub async fn reach(client: &Client, user: Option<&User>, options: &Options) -> Reached {
    let connection = connect(client, user, options).await;
    Reached {
        organization: OrganizationReference {
            id: connection.data.map(|data| data.instance_id),
            name: client.organization().to_string(),
        },
        state: connection.state,
        finding: connection.finding,
    }
}

/// The organizations of these names or addresses, regardless of case and each once. `known` are
/// those that were discovered: they are not asked again. Others are, because a guest's
/// organizations may be missing from the list.
pub async fn resolve(
    given: &[String],
    known: &[Reached],
    client: impl Fn(OrganizationName) -> Client + Sync,
    user: Option<&User>,
    options: &Options,
) -> Vec<Result<Reached, Unreached>> {
    let mut named = HashSet::new();
    let mut wanted = Vec::new();
    for text in given {
        let name = text.parse::<OrganizationName>();
        let is_new = match &name {
            Ok(name) => named.insert(name.as_str().to_ascii_lowercase()),
            Err(_) => true,
        };
        if is_new {
            wanted.push((text, name.ok()));
        }
    }
    let asking = stream::iter(wanted).map(async |(text, name)| {
        let Some(name) = name else {
            return Err(Unreached {
                given: shown(text),
                state: OrganizationState::NotFound,
                reason: no_name(text),
            });
        };
        let discovered = known
            .iter()
            .find(|known| name.is_called(&known.organization.name));
        let reached = match discovered {
            Some(reached) => reached.clone(),
            None => reach(&client(name), user, options).await,
        };
        if reached.state == OrganizationState::Active {
            return Ok(reached);
        }
        Err(Unreached {
            given: shown(text),
            state: reached.state,
            reason: reached.finding,
        })
    });
    let asking = asking.buffered(options.concurrency.max(1));
    let mut found: Vec<Result<Reached, Unreached>> = asking.boxed().collect().await;
    // A renamed organization answers to its old name too, for a while.
    let mut ids = HashSet::new();
    found.retain(|one| match one {
        Ok(reached) => reached.organization.id.is_none_or(|id| ids.insert(id)),
        Err(_) => true,
    });
    found
}
