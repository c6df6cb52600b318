//! Access tokens of connections: one for all replicas, renewed by one of them at a time.
//!
//! The order of things makes a death at any moment harmless. Microsoft is asked while the row of the grant is locked; what it
//! answers is committed, the new refresh token with the access token; and only then the access token is given to anybody.
//! Until that commit the old refresh token is in its place, and Microsoft goes on to take it (FAULTS.md, F09).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use credential::{Description, Granted, Scheme, Ways};
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use store::Store;
use store::connections::{
    ACCESS_TOKEN, Connection, Grant, GrantLock, NewToken, SealedSecret, State, Vended,
};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::azure::Azure;
use crate::by::By;
use crate::probe::{Probed, probe};
use crate::refusal::{Refusal, RefusalKind};
use crate::vault::{Place, Vault};

/// Each holds a connection to the database while Microsoft is asked; the others are for all else.
const RENEWALS_AT_ONCE: usize = 4;
/// A token whose end is not known is renewed after this.
const LIFE_UNKNOWN: Duration = Duration::from_mins(10);
/// Refused so soon after it was asked for because of a refusal, a token is not renewed once more: it is proven first
/// (PITFALLS.md, 2).
const FRESH_FOR: Duration = Duration::from_mins(10);
/// With so much of its life left a token is still given when it cannot be renewed.
const USABLE: Duration = Duration::from_mins(2);
/// What another process has changed under our hands is looked at once more.
const TRIES: usize = 3;
/// The database takes the lock from whoever is idle with it for a minute.
const ANSWER_WITHIN: Duration = Duration::from_secs(45);
const PERSONAL_ACCESS_TOKEN: &str = "personal_access_token";

/// What authorizes requests.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) description: Description,
    pub(crate) scheme: Scheme,
    pub(crate) token: SecretString,
    /// The number of the token.
    pub(crate) generation: i64,
    /// For how long it is good; `None` where it does not say.
    pub(crate) ends_in: Option<Duration>,
}

/// What is wanted of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Want {
    /// A token that need not be renewed.
    Fresh,
    /// Another one than this, which Azure DevOps has refused.
    Another(i64),
    /// To find out whether a dead grant lives again.
    Life,
}

/// What is to be done about a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Give,
    Renew { after_rejection: bool },
    Prove,
}

type Flight = Shared<BoxFuture<'static, Result<Access, Refusal>>>;

/// Takes a flight off the list, however it ends.
struct Landing {
    grants: Grants,
    key: (Uuid, Want),
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.grants.flights().remove(&self.key);
    }
}

/// Where access tokens come from.
#[derive(Clone, Debug)]
pub(crate) struct Grants(Arc<Inner>);

struct Inner {
    store: Store,
    vault: Vault,
    ways: Ways,
    azure: Azure,
    clock: fn() -> Timestamp,
    tracker: TaskTracker,
    places: Semaphore,
    flights: Mutex<HashMap<(Uuid, Want), Flight>>,
}

impl Grants {
    pub(crate) fn new(
        store: Store,
        vault: Vault,
        ways: Ways,
        azure: Azure,
        clock: fn() -> Timestamp,
        tracker: TaskTracker,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            vault,
            ways,
            azure,
            clock,
            tracker,
            places: Semaphore::new(RENEWALS_AT_ONCE),
            flights: Mutex::default(),
        }))
    }

    /// A token for a connection. All who want the same at the same time get what the first one gets. It goes on when nobody
    /// waits for it any more: what Microsoft has given must be kept.
    pub(crate) async fn access(&self, connection: Uuid, want: Want) -> Result<Access, Refusal> {
        self.flight(connection, want).await
    }

    fn flight(&self, connection: Uuid, want: Want) -> Flight {
        let key = (connection, want);
        let mut flights = self.flights();
        if let Some(flight) = flights.get(&key) {
            return flight.clone();
        }
        let grants = self.clone();
        let landing = Landing {
            grants: self.clone(),
            key,
        };
        let task = self.0.tracker.spawn(async move {
            let outcome = grants.settle(connection, want).await;
            // Before anybody is answered: who comes later looks anew.
            drop(landing);
            outcome
        });
        let flight = task
            .map(|ended| {
                ended.unwrap_or_else(|_| Err(Refusal::later("auth is being stopped", "try again")))
            })
            .boxed()
            .shared();
        flights.insert(key, flight.clone());
        flight
    }

    fn flights(&self) -> std::sync::MutexGuard<'_, HashMap<(Uuid, Want), Flight>> {
        self.0
            .flights
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn settle(&self, connection: Uuid, want: Want) -> Result<Access, Refusal> {
        for _ in 0..TRIES {
            let _place = self.0.places.acquire().await;
            let lock = self.0.store.grant_lock(connection).await?;
            let lock = lock.ok_or_else(|| gone(connection))?;
            let step = decide(&lock.grant, want);
            let settled = match step {
                Step::Give => Some(self.give(connection, lock).await?),
                Step::Renew { after_rejection } => {
                    self.renew(connection, lock, want, after_rejection).await?
                }
                Step::Prove => Some(self.prove(connection, lock).await?),
            };
            if let Some(access) = settled {
                return Ok(access);
            }
        }
        Err(Refusal::later(
            "the credential of this connection is being changed",
            "try again",
        ))
    }

    /// The token as it is.
    async fn give(&self, connection: Uuid, lock: GrantLock) -> Result<Access, Refusal> {
        let access = self.present(connection, &lock.grant).await?;
        lock.release().await?;
        Ok(access)
    }

    async fn present(&self, connection: Uuid, grant: &Grant) -> Result<Access, Refusal> {
        let is_own = kind(&grant.credential) == PERSONAL_ACCESS_TOKEN;
        let sealed = if is_own { &grant.secret } else { &grant.token };
        let vended = Vended {
            credential: grant.credential.clone(),
            secret: sealed.clone().ok_or_else(lost)?,
            generation: grant.generation,
            ends_in: grant.ends_in.filter(|_| !is_own),
        };
        self.open(connection, &vended).await
    }

    /// A token that need not be renewed. A personal access token is its own access token.
    pub(crate) async fn open(&self, connection: Uuid, vended: &Vended) -> Result<Access, Refusal> {
        let description = describe(&vended.credential)?;
        let mut token = self
            .0
            .vault
            .unseal_of(connection, &vended.credential, &vended.secret)?;
        let mut scheme = Scheme::Bearer;
        if vended.secret.name != ACCESS_TOKEN {
            let granted = self.0.ways.open(&description, Some(token))?.grant().await?;
            (token, scheme) = (granted.token, granted.scheme);
        }
        Ok(Access {
            description,
            scheme,
            token,
            generation: vended.generation,
            ends_in: vended.ends_in,
        })
    }

    /// Asks Microsoft. `None`: what was there before was changed meanwhile, and nothing is kept.
    async fn renew(
        &self,
        connection: Uuid,
        lock: GrantLock,
        want: Want,
        after_rejection: bool,
    ) -> Result<Option<Access>, Refusal> {
        let mut description = describe(&lock.grant.credential)?;
        let secret = match &lock.grant.secret {
            Some(sealed) => Some(self.0.vault.unseal_of(
                connection,
                &lock.grant.credential,
                sealed,
            )?),
            None => None,
        };
        let granted = match self.0.ways.open(&description, secret) {
            Ok(credential) => tokio::time::timeout(ANSWER_WITHIN, credential.grant())
                .await
                .map_err(|_| silent())?,
            Err(refusal) => Err(refusal),
        };
        let granted = match granted {
            Ok(granted) => granted,
            Err(refusal) if refusal.is_passing() => {
                let is_usable = lock.grant.token.is_some()
                    && lock.grant.ends_in.is_some_and(|ends_in| ends_in > USABLE);
                if want == Want::Fresh && is_usable {
                    tracing::debug!(connection.id = %connection, "a token could not be renewed yet: {refusal}");
                    return self.give(connection, lock).await.map(Some);
                }
                return Err(refusal.into());
            }
            Err(refusal) => return Err(self.bury(connection, lock, refusal.into()).await?),
        };
        if granted.renewed.is_some() {
            description.renewed((self.0.clock)());
        }
        self.keep(connection, lock, description, granted, after_rejection)
            .await
    }

    /// Commits what Microsoft has given, and only then gives it on.
    async fn keep(
        &self,
        connection: Uuid,
        lock: GrantLock,
        description: Description,
        granted: Granted,
        after_rejection: bool,
    ) -> Result<Option<Access>, Refusal> {
        let credential = value(&description)?;
        let place = Place::of(connection, ACCESS_TOKEN, &credential);
        let token = self.0.vault.seal(&place, &granted.token)?;
        let renewed = match (&granted.renewed, &lock.grant.secret) {
            (Some(renewed), Some(old)) => {
                Some(self.sealed_like(connection, &credential, old, renewed)?)
            }
            _ => None,
        };
        let ends_in = granted.expires_in.unwrap_or(LIFE_UNKNOWN);
        let was_dead = lock.grant.state == State::NeedsSignIn;
        let new = NewToken {
            token: &token,
            ends_in,
            refresh_in: refresh_in(ends_in, rand::random()),
            renewed: renewed.as_ref(),
            credential: &credential,
            credential_expires_at: description.expires_on(),
            after_rejection,
        };
        let Some(generation) = lock.renew(&new).await? else {
            return Ok(None);
        };
        if was_dead {
            tracing::info!(connection.id = %connection, "a connection that needed a sign-in can sign in again");
        }
        Ok(Some(Access {
            description,
            scheme: granted.scheme,
            token: granted.token,
            generation,
            ends_in: Some(ends_in),
        }))
    }

    fn sealed_like(
        &self,
        connection: Uuid,
        credential: &Value,
        old: &SealedSecret,
        secret: &SecretString,
    ) -> Result<SealedSecret, Refusal> {
        let place = Place::of(connection, &old.name, credential);
        Ok(self.0.vault.seal(&place, secret)?)
    }

    /// Asks Azure DevOps whether it takes the token at all, before its grant is called dead: the same refusal may mean a
    /// project that is gone, or a policy of one organization.
    async fn prove(&self, connection: Uuid, lock: GrantLock) -> Result<Access, Refusal> {
        let access = self.present(connection, &lock.grant).await?;
        let known = self.0.store.connection_of(&connection.to_string()).await?;
        let known = known.ok_or_else(|| gone(connection))?;
        let asking = self
            .0
            .azure
            .with(&access.description, access.scheme, &access.token);
        let probed = tokio::time::timeout(ANSWER_WITHIN, probe(&asking, &known)).await;
        match probed.map_err(|_| silent())? {
            Probed::Alive(standing) => {
                lock.proven().await?;
                self.0
                    .store
                    .connection_organizations(connection, &standing)
                    .await?;
                Ok(access)
            }
            Probed::Dead(refusal) => Err(self.bury(connection, lock, refusal).await?),
            Probed::Unknown(refusal) => Err(refusal),
        }
    }

    /// Writes down, once, that a grant is dead; its jobs stop. Gives the refusal back.
    async fn bury(
        &self,
        connection: Uuid,
        lock: GrantLock,
        refusal: Refusal,
    ) -> Result<Refusal, Refusal> {
        let entry = By::itself().entry(
            (self.0.clock)(),
            "connection.needs_sign_in",
            &connection.to_string(),
            refusal.explanation.clone(),
        );
        if lock.dead(&refusal.problem(), &entry).await? {
            tracing::warn!(
                connection.id = %connection,
                reason = %refusal.reason,
                "a connection is not read any more until somebody signs in again: {refusal}"
            );
        }
        Ok(Refusal {
            kind: RefusalKind::Refused,
            ..refusal
        })
    }
}

/// What is to be done about a grant that nobody else is at.
fn decide(grant: &Grant, want: Want) -> Step {
    let is_own = kind(&grant.credential) == PERSONAL_ACCESS_TOKEN;
    let is_recent = |since: Option<Duration>| since.is_some_and(|since| since < FRESH_FOR);
    match want {
        Want::Life if is_own => Step::Prove,
        Want::Fresh if is_own || grant.is_fresh => Step::Give,
        Want::Life | Want::Fresh => Step::Renew {
            after_rejection: false,
        },
        // Somebody else was refused before, and it has been renewed.
        Want::Another(refused) if refused != grant.generation && grant.is_fresh => Step::Give,
        Want::Another(_) => {
            let cannot_be_renewed = is_own || grant.after_rejection && is_recent(grant.age);
            if !cannot_be_renewed || grant.token.is_none() && !is_own {
                Step::Renew {
                    after_rejection: true,
                }
            } else if is_recent(grant.proven) {
                // It is good; the refusal is about what was asked for.
                Step::Give
            } else {
                Step::Prove
            }
        }
    }
}

/// At three quarters of its life, a little earlier or later than others: a chance between 0 and 1 says how much.
fn refresh_in(life: Duration, chance: f64) -> Duration {
    life.mul_f64(0.70 + 0.10 * chance)
}

pub(crate) fn describe(credential: &Value) -> Result<Description, Refusal> {
    serde_json::from_value(credential.clone()).map_err(|_| {
        Refusal::new(
            RefusalKind::Operator,
            "unknown_kind",
            format!(
                "the connection signs in by `{}`, which this version of Adit does not know",
                kind(credential)
            ),
            "use the version of Adit that made it, or a newer one",
        )
    })
}

pub(crate) fn value(description: &Description) -> Result<Value, Refusal> {
    serde_json::to_value(description)
        .map_err(|_| Refusal::later("the credential cannot be written down", "try again"))
}

fn kind(credential: &Value) -> &str {
    credential
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn silent() -> Refusal {
    Refusal::later("Microsoft does not answer in time", "try again")
}

fn gone(connection: Uuid) -> Refusal {
    Refusal::not_found(
        format!("there is no connection {connection} (any more)"),
        "",
    )
}

fn lost() -> Refusal {
    Refusal::new(
        RefusalKind::Refused,
        "no_secret",
        "the connection has no secret",
        "re-authenticate it",
    )
}

/// Whether a connection may be read at all.
pub(crate) fn standing(connection: &Connection) -> Want {
    if connection.state == State::NeedsSignIn {
        Want::Life
    } else {
        Want::Fresh
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Grants").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn grant(kind: &str) -> Grant {
        let sealed = |name: &str| SealedSecret {
            name: name.to_owned(),
            key_id: "a".to_owned(),
            sealed: Vec::new(),
        };
        Grant {
            state: State::Active,
            credential: json!({ "kind": kind }),
            generation: 7,
            token: (kind != PERSONAL_ACCESS_TOKEN).then(|| sealed(ACCESS_TOKEN)),
            is_fresh: kind != PERSONAL_ACCESS_TOKEN,
            ends_in: Some(MINUTE * 30),
            age: Some(MINUTE * 30),
            after_rejection: false,
            proven: None,
            secret: Some(sealed("secret")),
        }
    }

    fn check(kind: &str, change: fn(&mut Grant), want: Want, expected: Step) {
        let mut grant = grant(kind);
        change(&mut grant);
        assert_eq!(decide(&grant, want), expected, "{kind} {want:?}");
    }

    #[test]
    fn a_token_is_renewed_once_for_a_refusal_and_proven_for_the_next() {
        let renew = |after_rejection| Step::Renew { after_rejection };
        let user = "entra_user";
        check(user, |_| {}, Want::Fresh, Step::Give);
        check(user, |g| g.is_fresh = false, Want::Fresh, renew(false));
        check(user, |_| {}, Want::Another(7), renew(true));
        check(user, |_| {}, Want::Another(6), Step::Give);
        let again = |g: &mut Grant| {
            g.after_rejection = true;
            g.age = Some(MINUTE);
        };
        check(user, again, Want::Another(7), Step::Prove);
        let proven = |g: &mut Grant| {
            g.after_rejection = true;
            g.age = Some(MINUTE);
            g.proven = Some(MINUTE);
        };
        check(user, proven, Want::Another(7), Step::Give);
        let old = |g: &mut Grant| g.after_rejection = true;
        check(user, old, Want::Another(7), renew(true));
        check(user, |_| {}, Want::Life, renew(false));
    }

    #[test]
    fn a_personal_access_token_cannot_be_renewed() {
        let pat = PERSONAL_ACCESS_TOKEN;
        check(pat, |_| {}, Want::Fresh, Step::Give);
        check(pat, |_| {}, Want::Another(7), Step::Prove);
        check(
            pat,
            |g| g.proven = Some(MINUTE),
            Want::Another(7),
            Step::Give,
        );
        check(pat, |_| {}, Want::Life, Step::Prove);
    }

    #[test]
    fn tokens_are_renewed_at_three_quarters_of_their_life_and_not_all_at_once() {
        let hour = MINUTE * 60;
        assert_eq!(refresh_in(hour, 0.5), hour.mul_f64(0.75));
        assert!(refresh_in(hour, 0.0) < refresh_in(hour, 1.0));
        assert!(refresh_in(hour, 1.0) <= hour.mul_f64(0.8));
    }
}
