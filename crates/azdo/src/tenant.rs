//! Whose accounts an organization is for, found out without signing in.

use std::sync::Arc;

use uuid::Uuid;

use crate::client::Client;
use crate::connection_data::ConnectionData;
use crate::credential::{Authorization, StaticCredential};
use crate::error::Error;
use crate::hosts::Hosts;
use crate::http::Http;
use crate::json::single;
use crate::organization::OrganizationName;
use crate::pace::Unpaced;
use crate::request::Request;

/// Where the accounts of an organization come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tenant {
    /// From this tenant of Entra.
    Entra(Uuid),
    /// From Microsoft accounts, which sign-in with Entra does not reach.
    MicrosoftAccounts,
}

impl Tenant {
    /// Reads the guid of a refusal. The all-zero one stands for Microsoft accounts.
    pub fn parse(text: &str) -> Option<Self> {
        // The header may repeat itself, with a comma between.
        let first = text.split(',').next()?.trim();
        let id: Uuid = first.parse().ok()?;
        Some(if id.is_nil() {
            Self::MicrosoftAccounts
        } else {
            Self::Entra(id)
        })
    }
}

/// Asks an organization without a credential; the refusal names the tenant to sign in with. `None`:
/// it did not say. An organization that there is none of is `Error::NotFound`.
pub async fn tenant(
    http: &Http,
    hosts: &Hosts,
    organization: OrganizationName,
) -> Result<Option<Tenant>, Error> {
    let nobody = Arc::new(StaticCredential::new(Authorization::nobodys()));
    let client = Client::new(http, hosts, organization, nobody, Arc::new(Unpaced));
    let request = Request::get("_apis/connectionData", &[]).version("7.1-preview.1");
    let named = match client.read(&request, single::<ConnectionData>).await {
        // With public projects, nobody is welcome too.
        Ok((_, answer)) => answer.tenant,
        Err(Error::Unauthorized(explanation)) => explanation.tenant,
        Err(error) => return Err(error),
    };
    Ok(named.as_deref().and_then(Tenant::parse))
}
