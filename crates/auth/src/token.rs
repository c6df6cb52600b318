//! Vends access tokens to fetchers, for minutes.

use std::time::Duration;

use bus::Asker;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use store::Store;
use store::connections::{Claim, Claimed, State};
use uuid::Uuid;
use wire::proto::control::v1::{TokenReply, TokenRequest};

use crate::grants::{Access, Grants, Want};
use crate::refusal::{Refusal, RefusalKind};

/// For how long a fetcher may use what it got, before it asks again: a removed connection is read no longer than this.
const LIFE: Duration = Duration::from_mins(10);
/// Characters of an identity: enough to tell thousands apart.
const IDENTITY: usize = 16;

/// Where fetchers get access tokens. Each request is answered from the database, so that what was removed, paused or replaced
/// is not vended again, by any replica.
#[derive(Debug, Clone)]
pub(crate) struct Counter {
    pub(crate) store: Store,
    pub(crate) grants: Grants,
    pub(crate) clock: fn() -> Timestamp,
}

impl Counter {
    /// A token, or why there is none (in the reply), or why that cannot be said for the moment.
    pub(crate) async fn answer(
        &self,
        asker: Asker,
        request: TokenRequest,
    ) -> Result<TokenReply, String> {
        match self.vend(&asker, &request).await {
            Ok(reply) => Ok(reply),
            Err(refusal) if refusal.is_passing() => Err(refusal.told()),
            Err(refusal) => Ok(TokenReply {
                error: refusal.told(),
                ..TokenReply::default()
            }),
        }
    }

    async fn vend(&self, asker: &Asker, request: &TokenRequest) -> Result<TokenReply, Refusal> {
        let claim = read(asker, request)?;
        let access = match self.store.token_claim(&claim).await? {
            Claimed::Token(token) if !request.rejected => {
                self.grants.open(claim.connection, &token).await?
            }
            claimed => {
                let want = want(&claim, request, claimed)?;
                self.grants.access(claim.connection, want).await?
            }
        };
        Ok(self.reply(&claim, &access))
    }

    fn reply(&self, claim: &Claim, access: &Access) -> TokenReply {
        let life = access.ends_in.map_or(LIFE, |ends_in| ends_in.min(LIFE));
        let life = SignedDuration::try_from(life).unwrap_or_default();
        TokenReply {
            scheme: access.scheme.as_str().to_owned(),
            credentials: access.token.expose_secret().to_owned(),
            expires_at: Some(wire::from_timestamp((self.clock)() + life)),
            identity: identity(claim.connection, access.description.kind()),
            error: String::new(),
            token_id: access.generation.to_string(),
        }
    }
}

/// What is wanted for a claim, if it is entitled.
fn want(claim: &Claim, request: &TokenRequest, claimed: Claimed) -> Result<Want, Refusal> {
    let Claim {
        connection,
        organization,
        feed,
        domain,
    } = claim;
    let no = |kind, reason: &str, words: String, remedy: &str| {
        Err(Refusal::new(kind, reason, words, remedy))
    };
    match claimed {
        Claimed::Token(token) => {
            // Who does not say which one was refused means the one that there is.
            let refused = request.rejected_token_id.parse();
            Ok(Want::Another(refused.unwrap_or(token.generation)))
        }
        Claimed::Stale => Ok(Want::Fresh),
        Claimed::NoConnection => no(
            RefusalKind::NotFound,
            "no_connection",
            format!("there is no connection {connection} (any more)"),
            "",
        ),
        Claimed::NotCovered => no(
            RefusalKind::Wrong,
            "not_covered",
            format!("the connection {connection} does not cover the organization {organization}"),
            "",
        ),
        Claimed::NotItsFeed => no(
            RefusalKind::Wrong,
            "not_its_feed",
            format!(
                "the feed {feed} is none of {domain} of the connection {connection} in the organization {organization}"
            ),
            "",
        ),
        Claimed::NotRunning => no(
            RefusalKind::Wrong,
            "not_running",
            format!("nobody holds a job of the feed {feed}"),
            "",
        ),
        Claimed::NotActive(State::Paused, _) => no(
            RefusalKind::Refused,
            "paused",
            format!("the connection {connection} is paused"),
            "resume it to have it read",
        ),
        Claimed::NotActive(_, problem) => Err(Refusal {
            link: problem.link,
            ..Refusal::new(
                RefusalKind::Refused,
                &problem.reason,
                problem.explanation,
                problem.remedy,
            )
        }),
    }
}

fn read(asker: &Asker, request: &TokenRequest) -> Result<Claim, Refusal> {
    let guid = |what: &str, text: &str| {
        text.parse::<Uuid>().map_err(|_| {
            Refusal::wrong(
                format!("the {what} of a token request is no guid"),
                "ask with the ids of the job",
            )
        })
    };
    let domain = asker.domain().ok_or_else(|| {
        let words = format!("`{}` fetches no domain", asker.name());
        Refusal::wrong(words, "tokens are for fetchers")
    })?;
    Ok(Claim {
        domain,
        connection: guid("connection", &request.connection_id)?,
        organization: guid("organization", &request.organization_id)?,
        feed: guid("feed", &request.feed_id)?,
    })
}

/// The name under which fetchers share the pace: the same for all replicas, and made of ids only.
fn identity(connection: Uuid, kind: &str) -> String {
    let id = Uuid::new_v5(&connection, kind.as_bytes());
    let mut identity = id.simple().to_string();
    identity.truncate(IDENTITY);
    identity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_stable_and_each_connections_own() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(identity(one, "a"), identity(one, "a"));
        assert_ne!(identity(one, "a"), identity(other, "a"));
        assert_ne!(identity(one, "a"), identity(one, "b"));
        assert_eq!(identity(one, "a").len(), IDENTITY);
    }
}
