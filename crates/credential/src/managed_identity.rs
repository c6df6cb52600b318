//! The identity of the machine in Azure that we run on.
//!
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>,
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use std::time::Duration;

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use crate::entra::{RESOURCE, seconds};
use crate::http::Reply;
use crate::options::Patience;
use crate::{Credential, Granted, Http, Refusal, RefusalKind, Scheme};

/// Where nothing answers at all, there is probably no such service, and waiting helps nobody.
const UNANSWERED: u32 = 3;

/// Where an identity is had.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A virtual machine: the instance metadata service.
    Machine(Url),
    /// App Service, Functions, Container Apps.
    Platform { endpoint: Url, header: SecretString },
}

/// One of the identities of this machine.
#[derive(Debug)]
pub(crate) struct ManagedIdentity {
    pub(crate) http: Http,
    pub(crate) source: Source,
    pub(crate) client_id: Option<Uuid>,
    pub(crate) patience: Patience,
}

#[derive(Deserialize)]
struct Answer {
    access_token: SecretString,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "seconds")]
    expires_on: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Complaint {
    error_description: String,
    message: String,
}

impl Credential for ManagedIdentity {
    fn grant(&self) -> BoxFuture<'_, Result<Granted, Refusal>> {
        Box::pin(self.ask())
    }
}

impl ManagedIdentity {
    async fn ask(&self) -> Result<Granted, Refusal> {
        let begun = Instant::now();
        let mut pause = self.patience.first;
        let mut unanswered = 0;
        loop {
            let (refusal, wanted) = match self.send().await {
                Ok(reply) if reply.is_success() => return self.granted(&reply),
                Ok(reply) if passes(reply.status) => (busy(&reply), reply.retry_after),
                Ok(reply) => return Err(refused(&reply)),
                Err(refusal) if !refusal.is_passing() => return Err(refusal),
                Err(refusal) => {
                    unanswered += 1;
                    if unanswered >= UNANSWERED {
                        return Err(absent(refusal));
                    }
                    (refusal, None)
                }
            };
            let wait = wanted.unwrap_or(pause);
            if begun.elapsed() + wait > self.patience.overall {
                return Err(refusal);
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(self.patience.longest);
        }
    }

    async fn send(&self) -> Result<Reply, Refusal> {
        let (mut url, version, header) = match &self.source {
            Source::Machine(base) => {
                let mut url = base.clone();
                if let Ok(mut segments) = url.path_segments_mut() {
                    let path = ["metadata", "identity", "oauth2", "token"];
                    segments.pop_if_empty().extend(path);
                }
                (url, "2018-02-01", ("Metadata", SecretString::from("true")))
            }
            Source::Platform { endpoint, header } => (
                endpoint.clone(),
                "2019-08-01",
                ("X-IDENTITY-HEADER", header.clone()),
            ),
        };
        url.query_pairs_mut()
            .append_pair("api-version", version)
            .append_pair("resource", RESOURCE);
        if let Some(client_id) = self.client_id {
            url.query_pairs_mut()
                .append_pair("client_id", &client_id.to_string());
        }
        self.http.get_direct(&url, (header.0, &header.1)).await
    }

    fn granted(&self, reply: &Reply) -> Result<Granted, Refusal> {
        let answer: Answer = reply.json().ok_or_else(|| reply.unreadable())?;
        // App Service says only when, by its own clock.
        let now = reply.date.unwrap_or_else(|| self.http.now()).as_second();
        let left = |on: u64| on.saturating_sub(u64::try_from(now).unwrap_or_default());
        let expires_in = answer.expires_in.or_else(|| answer.expires_on.map(left));
        Ok(Granted {
            scheme: Scheme::Bearer,
            token: answer.access_token,
            expires_in: expires_in.map(Duration::from_secs),
            renewed: None,
        })
    }
}

/// 404 and 410 are those of a service that is being updated.
fn passes(status: u16) -> bool {
    matches!(status, 404 | 410 | 429 | 500..)
}

fn busy(reply: &Reply) -> Refusal {
    Refusal::new(
        RefusalKind::Passing {
            retry_after: reply.retry_after,
        },
        "unavailable",
        format!(
            "the identity service of this machine fails for the moment (status {})",
            reply.status
        ),
        "nothing is lost: it is tried again",
    )
}

fn absent(refusal: Refusal) -> Refusal {
    Refusal {
        explanation: format!("no identity service answers on this machine: {}", refusal.explanation),
        remedy: "a managed identity works on machines in Azure only; elsewhere use a service principal or a workload identity"
            .to_owned(),
        ..refusal
    }
}

fn refused(reply: &Reply) -> Refusal {
    let complaint: Complaint = reply.json().unwrap_or_default();
    let said = [complaint.error_description, complaint.message].concat();
    let said: String = said
        .chars()
        .filter(|letter| !letter.is_control())
        .take(300)
        .collect();
    Refusal::misconfigured(
        "no_identity",
        format!(
            "this machine gives no such identity (status {}): {}",
            reply.status,
            if said.is_empty() { "it does not say why" } else { &said }
        ),
        "assign the identity to the machine in Azure (Identity), and give the client id of a user-assigned one",
    )
    .link("https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview")
}
