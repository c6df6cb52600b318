//! Sign-ins whose browser is at Microsoft.

use std::time::Duration;

use uuid::Uuid;

use crate::{Error, Store};

/// A sign-in that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewSignIn<'a> {
    /// What its secret is sealed for.
    pub id: Uuid,
    /// Hash of the state that comes back.
    pub state_hash: &'a [u8],
    /// Hash of the cookie of the browser.
    pub browser_hash: &'a [u8],
    /// Who begins it.
    pub person: Uuid,
    /// The connection that signs in again.
    pub connection: Option<Uuid>,
    /// Which tenant is asked.
    pub tenant: &'a str,
    /// Key that sealed the rest.
    pub key_id: &'a str,
    /// Verifier and nonce.
    pub sealed: &'a [u8],
    /// How long it is kept.
    pub life: Duration,
}

/// A sign-in that was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// What its secret is sealed for.
    pub id: Uuid,
    /// The connection that signs in again.
    pub connection: Option<Uuid>,
    /// Which tenant was asked.
    pub tenant: String,
    /// Key that sealed the rest.
    pub key_id: String,
    /// Verifier and nonce.
    pub sealed: Vec<u8>,
}

impl Store {
    /// Keeps a sign-in until it comes back.
    pub async fn sign_in_begin(&self, new: &NewSignIn<'_>) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO auth.connection_sign_ins (id, state_hash, browser_hash, person_id, connection_id, tenant, key_id, sealed, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))",
        )
        .bind(new.id)
        .bind(new.state_hash)
        .bind(new.browser_hash)
        .bind(new.person)
        .bind(new.connection)
        .bind(new.tenant)
        .bind(new.key_id)
        .bind(new.sealed)
        .bind(new.life.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes a sign-in out, once: of two who come with the same state, one gets it. A state that comes with another browser
    /// or another person is spent as well, and gives nothing.
    pub async fn sign_in_take(
        &self,
        state_hash: &[u8],
        browser_hash: &[u8],
        person: Uuid,
    ) -> Result<Option<SignIn>, Error> {
        let taken: Option<Row> = sqlx::query_as(
            "DELETE FROM auth.connection_sign_ins WHERE state_hash = $1
             RETURNING id, connection_id, tenant, key_id, sealed,
                 browser_hash = $2 AND person_id = $3 AND expires_at > now() AS is_theirs",
        )
        .bind(state_hash)
        .bind(browser_hash)
        .bind(person)
        .fetch_optional(&self.pool)
        .await?;
        Ok(taken.filter(|row| row.is_theirs).map(|row| SignIn {
            id: row.id,
            connection: row.connection_id,
            tenant: row.tenant,
            key_id: row.key_id,
            sealed: row.sealed,
        }))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    connection_id: Option<Uuid>,
    tenant: String,
    key_id: String,
    sealed: Vec<u8>,
    is_theirs: bool,
}
