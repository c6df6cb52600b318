//! Tries a credential on organizations before anything is stored.

use std::sync::Arc;
use std::time::Duration;

use azdo::{
    Client, Credential, Error, Hosts, Http, HttpOptions, OrganizationName, Patience,
    StaticCredential, Unpaced, User,
};
use futures::future::join_all;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use store::connections::Organization;

use crate::refusal::Refusal;

/// A person waits for the answer.
const PATIENCE: Patience = Patience {
    tries: 2,
    first: Duration::from_millis(500),
    longest: Duration::from_secs(2),
    throttled: Duration::from_secs(5),
};
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Asks Azure DevOps about credentials.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    http: Http,
    hosts: Hosts,
}

/// What an organization says to a credential.
struct Finding {
    state: &'static str,
    explanation: String,
}

impl Probe {
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

    /// The organizations that the token opens: those named, all of them or none; or what the token can list.
    pub(crate) async fn organizations(
        &self,
        token: &SecretString,
        named: &[OrganizationName],
    ) -> Result<Vec<Organization>, Refusal> {
        let credential: Arc<dyn Credential> = Arc::new(StaticCredential::personal_access_token(
            token.expose_secret(),
        ));
        let mut organizations = if named.is_empty() {
            self.listed(&credential).await?
        } else {
            self.named(&credential, named).await?
        };
        organizations.sort_by_key(|organization| organization.id);
        // Two names of one organization: it was renamed, and the old name still leads to it.
        organizations.dedup_by(|one, other| one.id == other.id);
        Ok(organizations)
    }

    async fn named(
        &self,
        credential: &Arc<dyn Credential>,
        names: &[OrganizationName],
    ) -> Result<Vec<Organization>, Refusal> {
        let answers = join_all(names.iter().map(|name| self.ask(credential, name))).await;
        let mut organizations = Vec::new();
        let mut refusals = Vec::new();
        for (name, answer) in names.iter().zip(answers) {
            match answer {
                Ok(organization) => organizations.push(organization),
                Err(finding) => refusals.push(format!("{name}: {}", finding.explanation)),
            }
        }
        if refusals.is_empty() {
            return Ok(organizations);
        }
        Err(Refusal::asker(refusals.join("; ")))
    }

    async fn listed(&self, credential: &Arc<dyn Credential>) -> Result<Vec<Organization>, Refusal> {
        let user = User::new(
            &self.http,
            &self.hosts,
            Arc::clone(credential),
            Arc::new(Unpaced),
        );
        let accounts = async { user.accounts(user.profile().await?.id).await };
        let accounts = accounts.await.map_err(|error| cannot_list(&error))?;
        let mut organizations = Vec::new();
        for account in accounts {
            let Some(name) = account
                .account_name
                .as_deref()
                .and_then(|name| name.parse::<OrganizationName>().ok())
            else {
                continue;
            };
            organizations.push(match self.ask(credential, &name).await {
                Ok(organization) => organization,
                Err(finding) => Organization {
                    id: account.account_id,
                    name: name.to_string(),
                    state: finding.state,
                    explanation: finding.explanation,
                },
            });
        }
        if organizations.iter().any(|found| found.state == "active") {
            return Ok(organizations);
        }
        let reasons: Vec<String> = organizations
            .iter()
            .map(|found| format!("{}: {}", found.name, found.explanation))
            .collect();
        Err(Refusal::asker(if reasons.is_empty() {
            "the token belongs to nobody who is a member of an organization: name one by --organization".to_owned()
        } else {
            reasons.join("; ")
        }))
    }

    async fn ask(
        &self,
        credential: &Arc<dyn Credential>,
        name: &OrganizationName,
    ) -> Result<Organization, Finding> {
        let client = Client::new(
            &self.http,
            &self.hosts,
            name.clone(),
            Arc::clone(credential),
            Arc::new(Unpaced),
        );
        match client.connection_data().await {
            Ok(data) if data.is_anonymous() => Err(not_signed_in()),
            Ok(data) => Ok(Organization {
                id: data.instance_id,
                name: name.to_string(),
                state: "active",
                explanation: String::new(),
            }),
            Err(error) => Err(finding(&error)),
        }
    }
}

fn not_signed_in() -> Finding {
    Finding {
        state: "unauthorized",
        explanation: "Azure DevOps does not accept the token: it may be mistyped, expired or revoked, or belong to another \
                      organization; make a new one for this organization"
            .to_owned(),
    }
}

fn finding(error: &Error) -> Finding {
    let said = |words: &str| format!("{words} (Azure DevOps says: {error})");
    let (state, explanation) = match error {
        Error::Unauthorized(_) | Error::Credential(_) => return not_signed_in(),
        Error::Forbidden(_) => (
            "unauthorized",
            said(
                "the token is good and its owner may not read this organization; have them added as a member",
            ),
        ),
        Error::NotFound(_) | Error::Gone(_) => (
            "unreachable",
            "there is no organization of this name; check the spelling".to_owned(),
        ),
        Error::OrganizationInactive(_) => (
            "inactive",
            "the organization is deactivated; sign in to it once on the web to wake it".to_owned(),
        ),
        _ => (
            "unreachable",
            said("Azure DevOps could not be asked; try again later, and check the way to it"),
        ),
    };
    Finding { state, explanation }
}

fn cannot_list(error: &Error) -> Refusal {
    match error {
        Error::Unauthorized(_) | Error::Forbidden(_) => Refusal::asker(
            "a personal access token belongs to one organization and cannot list organizations: name them by --organization",
        ),
        other => Refusal::asker(format!(
            "cannot list the organizations of the token: {}; or name them by --organization",
            finding(other).explanation
        )),
    }
}
