//! Asks Azure DevOps with the token of a connection.

use std::sync::Arc;
use std::time::Duration;

use azdo::{
    Authorization, Client, Error, Hosts, Http, HttpOptions, OrganizationName, Patience,
    StaticCredential, Tenant, Unpaced, User,
};
use credential::{Description, Scheme};
use jiff::Timestamp;
use preflight::{
    CredentialKind, Finding, OrganizationCheck, OrganizationState, Proof, Reached, Unreached,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use store::connections::Organization;

use crate::refusal::{Refusal, RefusalKind};

/// A person waits for the answer.
const PATIENCE: Patience = Patience {
    tries: 2,
    first: Duration::from_millis(500),
    longest: Duration::from_secs(2),
    throttled: Duration::from_secs(5),
};
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The way to Azure DevOps.
#[derive(Debug, Clone)]
pub(crate) struct Azure {
    http: Http,
    hosts: Hosts,
}

/// Azure DevOps, as somebody.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    azure: Azure,
    authorization: Authorization,
    user: Option<User>,
    options: preflight::Options,
}

impl Azure {
    pub(crate) fn new(options: &azdo::Options, clock: fn() -> Timestamp) -> anyhow::Result<Self> {
        let http = Http::new(HttpOptions {
            contact: options.contact.clone(),
            read_timeout: ANSWER_WITHIN,
            total_timeout: ANSWER_WITHIN,
            patience: PATIENCE,
            ..HttpOptions::new(clock)
        })?;
        Ok(Self {
            http,
            hosts: options.hosts(),
        })
    }

    /// With this token.
    pub(crate) fn with(
        &self,
        description: &Description,
        scheme: Scheme,
        token: &SecretString,
    ) -> Asking {
        let authorization = Authorization::of(scheme.as_str(), token.expose_secret());
        let kind = kind_of(description);
        let user = (kind == CredentialKind::User).then(|| {
            User::new(
                &self.http,
                &self.hosts,
                Arc::new(StaticCredential::new(authorization.clone())),
                Arc::new(Unpaced),
            )
        });
        Asking {
            azure: self.clone(),
            authorization,
            user,
            options: preflight::Options {
                tenant: tenant_of(description),
                ..preflight::Options::new(kind)
            },
        }
    }

    /// The tenant to sign in with, for an organization; `None` when it does not say.
    pub(crate) async fn tenant(&self, organization: &str) -> Result<Option<Tenant>, Refusal> {
        let name: OrganizationName = organization.parse().map_err(|error| {
            Refusal::wrong(
                format!("{error}"),
                "write `fabrikam` or `https://dev.azure.com/fabrikam`",
            )
        })?;
        match azdo::tenant(&self.http, &self.hosts, name.clone()).await {
            Ok(tenant) => Ok(tenant),
            Err(Error::NotFound(_) | Error::Gone(_)) => Err(Refusal::wrong(
                format!("there is no organization `{name}`"),
                "check the spelling",
            )),
            Err(error) => Err(Refusal::later(
                format!("the organization `{name}` could not be asked for its tenant: {error}"),
                "try again, or leave the organization out",
            )),
        }
    }
}

impl Asking {
    /// Whose organizations Azure DevOps lists.
    pub(crate) fn lists(&self) -> bool {
        self.user.is_some()
    }

    /// Knowing that Microsoft has just given the token.
    #[must_use]
    pub(crate) fn issued(mut self) -> Self {
        if self.options.credential != CredentialKind::PersonalAccessToken {
            self.options.proof = Proof::Accepted;
        }
        self
    }

    /// All organizations that can be listed.
    pub(crate) async fn discover(&self) -> Result<Vec<Reached>, Refusal> {
        let Some(user) = &self.user else {
            return Err(Refusal::wrong(
                "a credential of this kind cannot list organizations: it belongs to one, or was added to some",
                "name the organizations, as `fabrikam` or `https://dev.azure.com/fabrikam`",
            ));
        };
        preflight::discover(user, |name| self.client(name), &self.options)
            .await
            .map_err(|finding| refused("the organizations cannot be listed", &finding))
    }

    /// The organizations of these names or addresses; all of them, or why not.
    pub(crate) async fn resolve(&self, given: &[String]) -> Result<Vec<Reached>, Refusal> {
        let found = preflight::resolve(
            given,
            &[],
            |name| self.client(name),
            self.user.as_ref(),
            &self.options,
        )
        .await;
        let (reached, refusals): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
        let refusals: Vec<Unreached> = refusals.into_iter().filter_map(Result::err).collect();
        if refusals.is_empty() {
            return Ok(reached.into_iter().filter_map(Result::ok).collect());
        }
        let first = refusals
            .first()
            .map_or_else(String::new, |first| first.reason.link.clone());
        let is_passing = refusals
            .iter()
            .all(|refusal| refusal.state == OrganizationState::Unreachable);
        let words: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        let kind = if is_passing {
            RefusalKind::Later
        } else {
            RefusalKind::Refused
        };
        Err(Refusal {
            link: first,
            ..Refusal::new(kind, "organization_refused", words.join("; "), "")
        })
    }

    /// The way to one organization.
    pub(crate) async fn reach(&self, organization: &str) -> Option<Reached> {
        let client = self.client(organization.parse().ok()?);
        Some(preflight::reach(&client, self.user.as_ref(), &self.options).await)
    }

    /// What can be read of one organization.
    pub(crate) async fn check(&self, organization: &str) -> Option<OrganizationCheck> {
        let client = self.client(organization.parse().ok()?);
        Some(preflight::check(&client, self.user.as_ref(), &self.options).await)
    }

    fn client(&self, name: OrganizationName) -> Client {
        Client::new(
            &self.azure.http,
            &self.azure.hosts,
            name,
            Arc::new(StaticCredential::new(self.authorization.clone())),
            Arc::new(Unpaced),
        )
    }
}

/// How a connection keeps what is the matter with an organization; `None` for one whose id is not known.
pub(crate) fn organization(reached: &Reached) -> Option<Organization> {
    kept(&reached.organization, reached.state, &reached.finding)
}

/// The same of a whole check.
pub(crate) fn organization_of(check: &OrganizationCheck) -> Option<Organization> {
    kept(&check.organization, check.state, &check.finding)
}

fn kept(
    reference: &preflight::OrganizationReference,
    state: OrganizationState,
    finding: &Finding,
) -> Option<Organization> {
    let is_active = state == OrganizationState::Active;
    let unless_active = |text: &str| {
        if is_active {
            String::new()
        } else {
            text.to_owned()
        }
    };
    Some(Organization {
        id: reference.id?,
        name: reference.name.clone(),
        state: state.as_str().to_owned(),
        explanation: unless_active(&finding.answered),
        remedy: unless_active(&finding.remedy),
        link: unless_active(&finding.link),
    })
}

pub(crate) fn refused(what: &str, finding: &Finding) -> Refusal {
    let kind = if finding.state == preflight::State::Unknown {
        RefusalKind::Later
    } else {
        RefusalKind::Refused
    };
    Refusal {
        link: finding.link.clone(),
        ..Refusal::new(
            kind,
            finding.state.as_str(),
            format!("{what}: {}", finding.answered),
            finding.remedy.clone(),
        )
    }
}

pub(crate) fn kind_of(description: &Description) -> CredentialKind {
    CredentialKind::of(description.kind()).unwrap_or(CredentialKind::PersonalAccessToken)
}

/// The tenant that issued it, where one did.
pub(crate) fn tenant_of(description: &Description) -> Option<uuid::Uuid> {
    let value = serde_json::to_value(description).ok()?;
    value.get("tenant_id").and_then(Value::as_str)?.parse().ok()
}
