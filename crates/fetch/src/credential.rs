//! Credentials from auth: asked for over request/reply on a private inbox, kept in memory for minutes.

use std::{fmt, iter, sync::Arc, time::Duration};

use azdo::{Authorization, CredentialError};
use bus::Bus;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};
use uuid::Uuid;
use wire::{
    proto::control::v1::{TokenReply, TokenRequest},
    subject, to_timestamp,
};

/// Auth answers one request within so long, or does not.
const ANSWER: Duration = Duration::from_secs(20);
/// Auth is waited for so long: longer than it takes to be started anew, shorter than a lease.
const PATIENCE: Duration = Duration::from_secs(45);
/// Pauses between two requests while auth is away; the last one is repeated.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];
/// A token is asked for anew so long before its end.
const MARGIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// The credential of one connection for one organization.
pub(crate) struct Credential {
    bus: Bus,
    clock: fn() -> Timestamp,
    connection: Uuid,
    organization: Uuid,
    vended: Mutex<Option<Vended>>,
}

#[derive(Clone)]
struct Vended {
    authorization: Authorization,
    identity: String,
    /// What auth calls it.
    token_id: String,
    expires_at: Timestamp,
}

impl Credential {
    pub(crate) fn new(
        bus: Bus,
        clock: fn() -> Timestamp,
        connection: Uuid,
        organization: Uuid,
    ) -> Self {
        Self {
            bus,
            clock,
            connection,
            organization,
            vended: Mutex::new(None),
        }
    }

    async fn vended(
        &self,
        feed: &str,
        rejected: Option<&Authorization>,
    ) -> Result<Vended, CredentialError> {
        let mut vended = self.vended.lock().await;
        // Another run may have had it renewed since this one was refused.
        let is_rejected = |vended: &Vended| {
            rejected.is_some_and(|rejected| rejected.is_same_as(&vended.authorization))
        };
        if let Some(vended) = vended.as_ref()
            && !is_rejected(vended)
            && vended.expires_at - MARGIN > (self.clock)()
        {
            return Ok(vended.clone());
        }
        let rejected = vended.as_ref().filter(|vended| is_rejected(vended));
        let request = TokenRequest {
            connection_id: self.connection.to_string(),
            organization_id: self.organization.to_string(),
            feed_id: feed.to_owned(),
            rejected: rejected.is_some(),
            rejected_token_id: rejected
                .map(|vended| vended.token_id.clone())
                .unwrap_or_default(),
        };
        let reply = self.ask(&request).await?;
        if !reply.error.is_empty() {
            return Err(CredentialError::Refused(reply.error));
        }
        let fresh = Vended {
            authorization: Authorization::of(&reply.scheme, &reply.credentials),
            identity: reply.identity,
            token_id: reply.token_id,
            expires_at: reply
                .expires_at
                .as_ref()
                .and_then(to_timestamp)
                .unwrap_or_else(self.clock),
        };
        Ok(vended.insert(fresh).clone())
    }

    /// Asks auth, and waits for it while it is away: a run must not fail because auth is started anew.
    async fn ask(&self, request: &TokenRequest) -> Result<TokenReply, CredentialError> {
        let end = Instant::now() + PATIENCE;
        let last = PAUSES[PAUSES.len() - 1];
        let mut pauses = PAUSES.into_iter().chain(iter::repeat(last));
        loop {
            let error = match self.bus.request(subject::TOKEN, request, ANSWER).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            if error.is_final() || Instant::now() >= end {
                return Err(CredentialError::Unavailable(error.to_string()));
            }
            tracing::debug!(error = %error, "auth gives no credential; asking again");
            sleep(pauses.next().unwrap_or(last)).await;
        }
    }
}

/// A credential as the run of one feed uses it: auth gives it to none but the feeds of its connection.
#[derive(Clone, Debug)]
pub(crate) struct FeedCredential {
    credential: Arc<Credential>,
    feed: String,
}

impl FeedCredential {
    pub(crate) fn new(credential: Arc<Credential>, feed: &str) -> Self {
        Self {
            credential,
            feed: feed.to_owned(),
        }
    }

    /// The name under which the identity's pace is shared.
    pub(crate) async fn identity(&self) -> Result<String, CredentialError> {
        Ok(self.credential.vended(&self.feed, None).await?.identity)
    }
}

impl azdo::Credential for FeedCredential {
    fn authorization<'a>(
        &'a self,
        rejected: Option<&'a Authorization>,
    ) -> BoxFuture<'a, Result<Authorization, CredentialError>> {
        Box::pin(async move {
            let vended = self.credential.vended(&self.feed, rejected);
            Ok(vended.await?.authorization)
        })
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credential")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
