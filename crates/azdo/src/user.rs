//! What a signed-in user may see beyond one organization.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::credential::Credential;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::hosts::Hosts;
use crate::http::Http;
use crate::json::{Item, Object, listed, single};
use crate::pace::Pace;
use crate::request::{Host, Request};

/// Asks for a user. Only for user tokens: a service principal has no profile, and a token that is
/// bound to one organization gets a 401 here.
#[derive(Clone, Debug)]
pub struct User {
    exchange: Arc<Exchange>,
}

/// The user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What `accounts` calls `memberId`.
    pub id: Uuid,
    /// The name that is shown.
    pub display_name: Option<String>,
    /// Where mail reaches the user.
    pub email_address: Option<String>,
    /// Another id of the same user.
    pub public_alias: Option<String>,
    /// Grows with every change of the core of the profile.
    pub core_revision: Option<i64>,
    /// Grows with every change.
    pub revision: Option<i64>,
    /// When it was changed.
    pub time_stamp: Option<Timestamp>,
}

/// An organization that the user belongs to; it may still refuse the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The organization's id.
    pub account_id: Uuid,
    /// The organization's name.
    pub account_name: Option<String>,
    /// One of its addresses; not to be called.
    pub account_uri: Option<String>,
}

impl Item for Profile {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            id: object.key_uuid("id")?,
            display_name: object.text("displayName"),
            email_address: object.text("emailAddress"),
            public_alias: object.text("publicAlias"),
            core_revision: object.int("coreRevision"),
            revision: object.int("revision"),
            time_stamp: object.time("timeStamp"),
        })
    }
}

impl Item for Account {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            account_id: object.key_uuid("accountId")?,
            account_name: object.text("accountName"),
            account_uri: object.text("accountUri"),
        })
    }
}

impl User {
    /// One per sign-in.
    pub fn new(
        http: &Http,
        hosts: &Hosts,
        credential: Arc<dyn Credential>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        let exchange = Exchange::new(http.clone(), hosts.clone(), None, credential, pace);
        Self {
            exchange: Arc::new(exchange),
        }
    }

    /// Who it is.
    pub async fn profile(&self) -> Result<Profile, Error> {
        let request = Request::get("_apis/profile/profiles/me", &[]).on(Host::Profile);
        let (profile, _) = self.exchange.read(&request, single).await?;
        Ok(profile)
    }

    /// All organizations of a member.
    pub async fn accounts(&self, member: Uuid) -> Result<Vec<Account>, Error> {
        let request = Request::get("_apis/accounts", &[])
            .on(Host::Profile)
            .with("memberId", member);
        let (read, _) = self.exchange.read(&request, listed).await?;
        Ok(read.items)
    }

    /// How many requests were sent.
    pub fn requests(&self) -> u64 {
        self.exchange.requests()
    }
}
