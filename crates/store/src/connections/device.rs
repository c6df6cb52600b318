//! Sign-ins by a code that is typed elsewhere.

use std::time::Duration;

use uuid::Uuid;

use crate::{Error, Store};

/// A sign-in that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewDeviceSignIn<'a> {
    /// Its id, which its secret is sealed for.
    pub id: Uuid,
    /// Who begins it.
    pub person: Uuid,
    /// The connection that signs in again.
    pub connection: Option<Uuid>,
    /// Which tenant is asked.
    pub tenant: &'a str,
    /// Key that sealed the code.
    pub key_id: &'a str,
    /// The device code.
    pub sealed: &'a [u8],
    /// How long Microsoft wants not to be asked again.
    pub interval: Duration,
    /// How long the code lives.
    pub life: Duration,
}

/// How a sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSignIn {
    /// `pending`, `signed_in`, `declined`, `expired` or `refused`.
    pub state: String,
    /// Why it was refused.
    pub explanation: String,
    /// The connection that signs in again.
    pub connection: Option<Uuid>,
    /// Which tenant was asked.
    pub tenant: String,
    /// Key that sealed the code.
    pub key_id: String,
    /// The device code.
    pub sealed: Vec<u8>,
    /// It is the asker's turn to ask Microsoft; nobody else does for the length of the interval.
    pub is_due: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    state: String,
    explanation: String,
    connection_id: Option<Uuid>,
    tenant: String,
    key_id: String,
    sealed: Vec<u8>,
    is_due: bool,
}

impl Store {
    /// Keeps a sign-in until somebody has typed the code.
    pub async fn device_begin(&self, new: &NewDeviceSignIn<'_>) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO auth.device_sign_ins (id, person_id, connection_id, tenant, key_id, sealed, interval_seconds,
                 next_poll_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7::int, now() + make_interval(secs => $7), now() + make_interval(secs => $8))",
        )
        .bind(new.id)
        .bind(new.person)
        .bind(new.connection)
        .bind(new.tenant)
        .bind(new.key_id)
        .bind(new.sealed)
        .bind(new.interval.as_secs_f64())
        .bind(new.life.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// How this person's sign-in stands; takes the turn to ask Microsoft when it has come.
    pub async fn device_turn(&self, id: Uuid, person: Uuid) -> Result<Option<DeviceSignIn>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "WITH former AS (
                 SELECT * FROM auth.device_sign_ins WHERE id = $1 AND person_id = $2 FOR UPDATE
             )
             UPDATE auth.device_sign_ins d
             SET next_poll_at = CASE WHEN d.next_poll_at <= now() THEN now() + make_interval(secs => d.interval_seconds)
                                     ELSE d.next_poll_at END,
                 state = CASE WHEN d.state = 'pending' AND d.expires_at <= now() THEN 'expired' ELSE d.state END
             FROM former f WHERE d.id = f.id
             RETURNING d.state, d.explanation, d.connection_id, d.tenant, d.key_id, d.sealed,
                 d.state = 'pending' AND f.next_poll_at <= now() AS is_due",
        )
        .bind(id)
        .bind(person)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| DeviceSignIn {
            state: row.state,
            explanation: row.explanation,
            connection: row.connection_id,
            tenant: row.tenant,
            key_id: row.key_id,
            sealed: row.sealed,
            is_due: row.is_due,
        }))
    }

    /// Microsoft wants to be asked less often by so much.
    pub async fn device_slow(&self, id: Uuid, by: Duration) -> Result<(), Error> {
        sqlx::query(
            "UPDATE auth.device_sign_ins
             SET interval_seconds = interval_seconds + $2::int, next_poll_at = next_poll_at + make_interval(secs => $2)
             WHERE id = $1",
        )
        .bind(id)
        .bind(by.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Says how a sign-in ended; its code is forgotten.
    pub async fn device_end(&self, id: Uuid, state: &str, explanation: &str) -> Result<(), Error> {
        sqlx::query(
            "UPDATE auth.device_sign_ins SET state = $2, explanation = $3, sealed = '' WHERE id = $1",
        )
        .bind(id)
        .bind(state)
        .bind(explanation)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
