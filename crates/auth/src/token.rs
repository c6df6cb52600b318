//! Vends credentials to fetchers, for minutes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use store::Store;
use store::connections::{Claim, Claimed};
use uuid::Uuid;
use wire::proto::control::v1::{TokenReply, TokenRequest};

use crate::refusal::Refusal;
use crate::vault::{self, PERSONAL_ACCESS_TOKEN, Vault};

/// For how long a fetcher may use what it got, before it asks again: a removed connection is read no longer than this.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Characters of an identity: enough to tell thousands apart.
const IDENTITY: usize = 16;

/// Where fetchers get credentials. It keeps none: each request is answered from the database, so that what was removed or
/// replaced is not vended again, by any replica.
#[derive(Debug, Clone)]
pub(crate) struct Counter {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) clock: fn() -> Timestamp,
}

impl Counter {
    /// A credential, or why there is none (in the reply), or why that cannot be said for the moment.
    pub(crate) async fn answer(&self, request: TokenRequest) -> Result<TokenReply, String> {
        match self.vend(&request).await {
            Ok(reply) => Ok(reply),
            Err(refusal) if is_passing(&refusal) => Err(refusal.told()),
            Err(refusal) => Ok(TokenReply {
                error: refusal.told(),
                ..TokenReply::default()
            }),
        }
    }

    async fn vend(&self, request: &TokenRequest) -> Result<TokenReply, Refusal> {
        let claim = read(request)?;
        let claimed = self
            .store
            .secret_claim(&claim, PERSONAL_ACCESS_TOKEN)
            .await?;
        let connection = claim.connection;
        let secret = match claimed {
            Claimed::Secret(secret) => secret,
            Claimed::NoConnection => {
                return Err(Refusal::asker(format!(
                    "there is no connection {connection} (any more)"
                )));
            }
            Claimed::NotCovered => {
                return Err(Refusal::asker(format!(
                    "the connection {connection} does not cover the organization {}",
                    claim.organization
                )));
            }
            Claimed::NotItsFeed => {
                return Err(Refusal::asker(format!(
                    "the feed {} is none of the connection {connection} in the organization {}",
                    request.feed_id, claim.organization
                )));
            }
            Claimed::NoSecret => {
                return Err(Refusal::asker(format!(
                    "the connection {connection} has no personal access token: remove it and add it again"
                )));
            }
        };
        let token = self.vault.unseal(connection, &secret)?;
        Ok(TokenReply {
            scheme: "Basic".to_owned(),
            credentials: basic(&token),
            expires_at: Some(wire::from_timestamp((self.clock)() + LIFE)),
            identity: identity(connection, &secret.name),
            error: String::new(),
        })
    }
}

/// A key file may be replaced at this moment, and a database comes back; all else needs a person.
fn is_passing(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Store(_) | Refusal::Vault(vault::Error::Keys(_)) => true,
        Refusal::Asker(_) | Refusal::Vault(vault::Error::Seal(_) | vault::Error::KeyId(_)) => false,
    }
}

fn read(request: &TokenRequest) -> Result<Claim, Refusal> {
    let guid = |what: &str, text: &str| {
        text.parse::<Uuid>()
            .map_err(|_| Refusal::asker(format!("the {what} of a token request is no guid")))
    };
    Ok(Claim {
        connection: guid("connection", &request.connection_id)?,
        organization: guid("organization", &request.organization_id)?,
        feed: Some(request.feed_id.as_str())
            .filter(|feed| !feed.is_empty())
            .map(|feed| guid("feed", feed))
            .transpose()?,
    })
}

/// Azure DevOps ignores the user's name.
fn basic(token: &SecretString) -> String {
    STANDARD.encode(format!(":{}", token.expose_secret()))
}

/// The name under which fetchers share the pace: the same for all replicas, and made of ids only.
fn identity(connection: Uuid, secret: &str) -> String {
    let id = Uuid::new_v5(&connection, secret.as_bytes());
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

    #[test]
    fn a_personal_access_token_is_basic_without_a_user() {
        assert_eq!(basic(&SecretString::from("abc")), "OmFiYw==");
    }
}
