//! The grant of a connection: its access token, renewed by one process at a time.
//!
//! Whoever renews holds the lock of the grant's row while Microsoft is asked, and commits what came back before anybody uses
//! it. A process that dies in between lets the lock go, and the old refresh token, which is still in its place, still works:
//! Microsoft does not revoke it on use (PITFALLS.md, 39).

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::{ACCESS_TOKEN, Problem, SealedSecret, State, claim::seconds, secret};
use crate::{
    Error, Store,
    people::audit::{self, Entry},
};

/// How a grant stands at this moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The state of the connection.
    pub state: State,
    /// How the connection signs in.
    pub credential: Value,
    /// Number of the access token.
    pub generation: i64,
    /// The access token, until it is to be renewed and after.
    pub token: Option<SealedSecret>,
    /// It need not be renewed yet.
    pub is_fresh: bool,
    /// For how long it is good.
    pub ends_in: Option<Duration>,
    /// How long ago it was asked for.
    pub age: Option<Duration>,
    /// It was asked for because the one before was refused.
    pub after_rejection: bool,
    /// How long ago Azure DevOps took it when it was asked for just that.
    pub proven: Option<Duration>,
    /// The secret that it is renewed with.
    pub secret: Option<SealedSecret>,
}

/// A grant that nobody else renews meanwhile. Dropped, it leaves all as it was.
#[derive(Debug)]
pub struct GrantLock {
    /// How it stands.
    pub grant: Grant,
    connection: Uuid,
    transaction: Transaction<'static, Postgres>,
}

/// An access token that Microsoft has just given.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    /// The access token.
    pub token: &'a SealedSecret,
    /// For how long it is good, counted from before it was asked for.
    pub ends_in: Duration,
    /// After how long it is to be renewed.
    pub refresh_in: Duration,
    /// What takes the place of the secret that it was got with, if anything does.
    pub renewed: Option<&'a SealedSecret>,
    /// How the connection signs in, as of now.
    pub credential: &'a Value,
    /// When the credential ends.
    pub credential_expires_at: Option<Timestamp>,
    /// The token before it was refused.
    pub after_rejection: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    state: String,
    credential: Value,
    generation: i64,
    is_fresh: bool,
    ends_in: Option<f64>,
    age: Option<f64>,
    after_rejection: bool,
    proven: Option<f64>,
}

impl Store {
    /// Waits until nobody else renews the grant, and locks it. `None`: there is no such connection (any more).
    pub async fn grant_lock(&self, connection: Uuid) -> Result<Option<GrantLock>, Error> {
        let mut transaction = self.pool.begin().await?;
        // Alone first: what is read beside a lock is as old as the statement, and not as the lock.
        sqlx::query("SELECT FROM auth.grants WHERE connection_id = $1 FOR UPDATE")
            .bind(connection)
            .execute(&mut *transaction)
            .await?;
        let row: Option<Row> = sqlx::query_as(
            "SELECT c.state, c.credential, g.generation, coalesce(g.refresh_at > clock_timestamp(), false) AS is_fresh,
                    extract(epoch FROM g.expires_at - clock_timestamp())::float8 AS ends_in,
                    extract(epoch FROM clock_timestamp() - g.granted_at)::float8 AS age,
                    g.after_rejection, extract(epoch FROM clock_timestamp() - g.proven_at)::float8 AS proven
             FROM auth.connections c JOIN auth.grants g ON g.connection_id = c.id
             WHERE c.id = $1 AND c.state <> 'deleting'",
        )
        .bind(connection)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let secrets: Vec<(String, String, Vec<u8>)> = sqlx::query_as(
            "SELECT name, key_id, sealed FROM auth.secrets WHERE connection_id = $1",
        )
        .bind(connection)
        .fetch_all(&mut *transaction)
        .await?;
        let (tokens, secrets): (Vec<_>, Vec<_>) = secrets
            .into_iter()
            .map(|(name, key_id, sealed)| SealedSecret {
                name,
                key_id,
                sealed,
            })
            .partition(|secret| secret.name == ACCESS_TOKEN);
        let grant = Grant {
            state: State::read(&row.state),
            credential: row.credential,
            generation: row.generation,
            is_fresh: row.is_fresh && !tokens.is_empty(),
            token: tokens.into_iter().next(),
            ends_in: row.ends_in.map(seconds),
            age: row.age.map(seconds),
            after_rejection: row.after_rejection,
            proven: row.proven.map(seconds),
            secret: secrets.into_iter().next(),
        };
        Ok(Some(GrantLock {
            grant,
            connection,
            transaction,
        }))
    }
}

impl GrantLock {
    /// Commits a new token, and with it the refresh token that came along. A connection that was thought dead is alive. Gives
    /// the number of the token; `None` when the connection was deleted or signed in anew meanwhile, or its secret sealed
    /// anew: then nothing is kept, and all may be tried again.
    pub async fn renew(mut self, new: &NewToken<'_>) -> Result<Option<i64>, Error> {
        // The connection's lock first, as those who change it take it first.
        let connection = sqlx::query(
            "UPDATE auth.connections
             SET credential = $3, credential_expires_at = $4,
                 next_try_at = NULL, state = CASE state WHEN 'needs_sign_in' THEN 'active' ELSE state END,
                 reason = CASE state WHEN 'needs_sign_in' THEN '' ELSE reason END,
                 explanation = CASE state WHEN 'needs_sign_in' THEN '' ELSE explanation END,
                 remedy = CASE state WHEN 'needs_sign_in' THEN '' ELSE remedy END,
                 link = CASE state WHEN 'needs_sign_in' THEN '' ELSE link END
             WHERE id = $1 AND credential = $2 AND state <> 'deleting'",
        )
        .bind(self.connection)
        .bind(&self.grant.credential)
        .bind(new.credential)
        .bind(new.credential_expires_at.map(jiff_sqlx::ToSqlx::to_sqlx))
        .execute(&mut *self.transaction)
        .await?;
        if connection.rows_affected() == 0 || !self.keep_secret(new.renewed).await? {
            return Ok(None);
        }
        secret::put(&mut self.transaction, self.connection, new.token).await?;
        // now() is when the transaction began: before Microsoft was asked, so that no token is believed in for too long.
        let (generation,): (i64,) = sqlx::query_as(
            "UPDATE auth.grants
             SET generation = generation + 1, granted_at = now(), refresh_at = now() + make_interval(secs => $2),
                 expires_at = now() + make_interval(secs => $3), after_rejection = $4, proven_at = NULL
             WHERE connection_id = $1
             RETURNING generation",
        )
        .bind(self.connection)
        .bind(new.refresh_in.as_secs_f64())
        .bind(new.ends_in.as_secs_f64())
        .bind(new.after_rejection)
        .fetch_one(&mut *self.transaction)
        .await?;
        self.transaction.commit().await?;
        Ok(Some(generation))
    }

    /// Puts the new secret in the place of the old one, if that is still there.
    async fn keep_secret(&mut self, renewed: Option<&SealedSecret>) -> Result<bool, Error> {
        let Some(old) = &self.grant.secret else {
            return Ok(true);
        };
        let new = renewed.unwrap_or(old);
        let kept = sqlx::query(
            "UPDATE auth.secrets
             SET key_id = $4, sealed = $5, sealed_at = CASE WHEN sealed = $5 THEN sealed_at ELSE now() END
             WHERE connection_id = $1 AND name = $2 AND sealed = $3",
        )
        .bind(self.connection)
        .bind(&old.name)
        .bind(&old.sealed)
        .bind(&new.key_id)
        .bind(&new.sealed)
        .execute(&mut *self.transaction)
        .await?;
        Ok(kept.rows_affected() > 0)
    }

    /// Remembers that Azure DevOps takes the token. A connection that was thought dead is alive.
    pub async fn proven(mut self) -> Result<(), Error> {
        sqlx::query(
            "UPDATE auth.connections
             SET state = 'active', reason = '', explanation = '', remedy = '', link = '', next_try_at = NULL
             WHERE id = $1 AND state = 'needs_sign_in'",
        )
        .bind(self.connection)
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query(
            "UPDATE auth.grants SET proven_at = clock_timestamp() WHERE connection_id = $1",
        )
        .bind(self.connection)
        .execute(&mut *self.transaction)
        .await?;
        Ok(self.transaction.commit().await?)
    }

    /// Says that the grant is dead, and why. True when it was thought alive: told once, however many find it out. It may be
    /// tried again in an hour. Nothing is said of a grant that was replaced meanwhile.
    pub async fn dead(mut self, problem: &Problem, entry: &Entry) -> Result<bool, Error> {
        let former: Option<(String,)> = sqlx::query_as(
            "WITH former AS (
                 SELECT id, state FROM auth.connections c
                 WHERE id = $1 AND state <> 'deleting' AND credential = $2
                   AND ($3::bytea IS NULL OR EXISTS (SELECT FROM auth.secrets s
                                                     WHERE s.connection_id = c.id AND s.sealed = $3))
                 FOR NO KEY UPDATE
             )
             UPDATE auth.connections c
             SET state = CASE c.state WHEN 'active' THEN 'needs_sign_in' ELSE c.state END,
                 reason = $4, explanation = $5, remedy = $6, link = $7, next_try_at = now() + interval '1 hour'
             FROM former f WHERE c.id = f.id
             RETURNING f.state",
        )
        .bind(self.connection)
        .bind(&self.grant.credential)
        .bind(self.grant.secret.as_ref().map(|secret| &secret.sealed))
        .bind(&problem.reason)
        .bind(&problem.explanation)
        .bind(&problem.remedy)
        .bind(&problem.link)
        .fetch_optional(&mut *self.transaction)
        .await?;
        let is_news = former.is_some_and(|(state,)| state == State::Active.as_str());
        if is_news {
            audit::write(&mut *self.transaction, entry).await?;
        }
        self.transaction.commit().await?;
        Ok(is_news)
    }

    /// Lets the lock go.
    pub async fn release(self) -> Result<(), Error> {
        Ok(self.transaction.rollback().await?)
    }
}
