//! The token endpoint of Microsoft Entra.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use url::Url;
use uuid::Uuid;

use crate::fault::{self, Fault};
use crate::form::Form;
use crate::http::Reply;
use crate::tenant::Tenant;
use crate::{Granted, Http, Refusal, Scheme};

/// Azure DevOps, as Entra knows it.
pub(crate) const RESOURCE: &str = "499b84ac-1321-427f-aa17-267ca6975798";

/// What people grant: what the application's registration lists of Azure DevOps, and to be asked no more until it ends. Which
/// rights those are stands in the registration: read-only ones, see the README.
pub(crate) const SCOPE_OF_PEOPLE: &str =
    "499b84ac-1321-427f-aa17-267ca6975798/.default offline_access openid profile";

/// What applications ask for: they have the rights that Azure DevOps gives them, and no others.
pub(crate) const SCOPE_OF_APPLICATIONS: &str = "499b84ac-1321-427f-aa17-267ca6975798/.default";

/// The code of "the assertion is too old or too new".
const CLOCK_DIFFERS: u32 = 700_024;

/// Where Entra is, as an operator said it.
#[derive(Clone, Debug)]
pub(crate) struct Authority(Url);

impl Authority {
    pub(crate) fn new(url: Url) -> Self {
        Self(url)
    }

    pub(crate) fn authorize(&self, tenant: &Tenant) -> Url {
        self.endpoint(tenant, &["oauth2", "v2.0", "authorize"])
    }

    pub(crate) fn token(&self, tenant: &Tenant) -> Url {
        self.endpoint(tenant, &["oauth2", "v2.0", "token"])
    }

    pub(crate) fn device_code(&self, tenant: &Tenant) -> Url {
        self.endpoint(tenant, &["oauth2", "v2.0", "devicecode"])
    }

    /// The keys of all tenants are the same.
    pub(crate) fn keys(&self) -> Url {
        self.endpoint(&Tenant::Organizations, &["discovery", "v2.0", "keys"])
    }

    /// How a tenant calls itself in its tokens.
    pub(crate) fn issuer(&self, tenant: Uuid) -> String {
        self.endpoint(&Tenant::Id(tenant), &["v2.0"]).to_string()
    }

    fn endpoint(&self, tenant: &Tenant, path: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments
                .pop_if_empty()
                .push(&tenant.to_string())
                .extend(path);
        }
        url
    }
}

/// An answer of the token endpoint.
#[derive(Deserialize)]
pub(crate) struct Tokens {
    token_type: String,
    access_token: SecretString,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) id_token: Option<SecretString>,
    #[serde(default)]
    pub(crate) scope: String,
}

impl Tokens {
    /// What it grants. The refresh token in it is new.
    pub(crate) fn granted(&self) -> Granted {
        Granted {
            scheme: Scheme::Bearer,
            token: self.access_token.clone(),
            expires_in: self.expires_in.map(Duration::from_secs),
            renewed: self.refresh_token.clone(),
        }
    }
}

/// Asks for tokens.
pub(crate) async fn tokens(http: &Http, endpoint: &Url, form: &Form) -> Result<Tokens, Refusal> {
    read(&http.post(endpoint, form).await?, form)
}

fn read(reply: &Reply, form: &Form) -> Result<Tokens, Refusal> {
    if !reply.is_success() {
        return Err(fault::refusal(reply, form));
    }
    let tokens = reply.json::<Tokens>();
    tokens
        .filter(|tokens| tokens.token_type.eq_ignore_ascii_case("bearer"))
        .ok_or_else(|| reply.unreadable())
}

/// Asks for tokens with a form that carries the time. If Entra holds our clock for wrong, its own is taken, once.
pub(crate) async fn tokens_timed(
    http: &Http,
    endpoint: &Url,
    form: impl Fn(Timestamp) -> Result<Form, Refusal> + Send,
) -> Result<Tokens, Refusal> {
    let first = form(http.now())?;
    let reply = http.post(endpoint, &first).await?;
    let differs = Fault::read(&reply).is_some_and(|fault| fault.code() == Some(CLOCK_DIFFERS));
    match reply.date {
        Some(date) if differs => tokens(http, endpoint, &form(date)?).await,
        _ => read(&reply, &first),
    }
}

/// A number, or the same as text: some endpoints say one, some the other.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(match value {
        serde_json::Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_asked_for_what_the_registration_lists_and_no_more() {
        assert_eq!(
            SCOPE_OF_PEOPLE,
            format!("{RESOURCE}/.default offline_access openid profile")
        );
        assert_eq!(SCOPE_OF_APPLICATIONS, format!("{RESOURCE}/.default"));
    }

    #[test]
    fn endpoints_are_made_from_the_host_and_the_tenant() {
        let tenant = Uuid::from_u128(7);
        for (login, issuer) in [
            (
                "https://login.microsoftonline.com",
                "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000007/v2.0",
            ),
            (
                "http://127.0.0.1:8080/login/",
                "http://127.0.0.1:8080/login/00000000-0000-0000-0000-000000000007/v2.0",
            ),
        ] {
            let authority = Authority::new(login.parse().unwrap());
            assert_eq!(authority.issuer(tenant), issuer);
        }
        let authority = Authority::new("https://login.microsoftonline.com".parse().unwrap());
        assert_eq!(
            authority.token(&Tenant::Organizations).as_str(),
            "https://login.microsoftonline.com/organizations/oauth2/v2.0/token"
        );
    }
}
