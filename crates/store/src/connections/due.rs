//! Which connection is to be looked at next.

use jiff::SignedDuration;
use uuid::Uuid;

use crate::{Error, Store};

impl Store {
    /// A connection whose daily look is due. Nobody else is given it for an hour: should whoever looks die, it is looked at
    /// then.
    pub async fn look_take(&self) -> Result<Option<Uuid>, Error> {
        let taken: Option<(Uuid,)> = sqlx::query_as(
            "UPDATE auth.connections SET next_look_at = now() + interval '1 hour'
             WHERE id = (SELECT id FROM auth.connections
                         WHERE state = 'active' AND next_look_at <= now()
                         ORDER BY next_look_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
             RETURNING id",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(taken.map(|(id,)| id))
    }

    /// The connection was looked at; the next look is due after so long.
    pub async fn look_done(&self, id: Uuid, next: SignedDuration) -> Result<(), Error> {
        sqlx::query(
            "UPDATE auth.connections SET checked_at = now(), next_look_at = now() + make_interval(secs => $2) WHERE id = $1",
        )
        .bind(id)
        .bind(next.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The connection is to be looked at as soon as somebody has the time.
    pub async fn look_soon(&self, id: Uuid) -> Result<(), Error> {
        sqlx::query("UPDATE auth.connections SET next_look_at = now() WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A connection whose dead grant may be tried again. Nobody else is given it for an hour.
    pub async fn try_take(&self) -> Result<Option<Uuid>, Error> {
        let taken: Option<(Uuid,)> = sqlx::query_as(
            "UPDATE auth.connections SET next_try_at = now() + interval '1 hour'
             WHERE id = (SELECT id FROM auth.connections
                         WHERE state = 'needs_sign_in' AND next_try_at <= now()
                         ORDER BY next_try_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
             RETURNING id",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(taken.map(|(id,)| id))
    }
}
