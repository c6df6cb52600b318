//! Drafts: signed in, and not yet saved.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::SealedSecret;
use crate::{Error, Store};

/// A sign-in that is to become a connection.
#[derive(Clone, Copy, Debug)]
pub struct NewDraft<'a> {
    /// Id of the connection that it becomes: its secret is sealed for it.
    pub id: Uuid,
    /// Whose it is.
    pub person: Uuid,
    /// How it signs in, without the secret.
    pub credential: &'a Value,
    /// The secret.
    pub secret: &'a SealedSecret,
    /// How long it is kept.
    pub life: Duration,
}

/// A draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Id of the connection that it becomes.
    pub id: Uuid,
    /// How it signs in, without the secret.
    pub credential: Value,
    /// The secret.
    pub secret: SealedSecret,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps a draft.
    pub async fn draft_add(&self, new: &NewDraft<'_>) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO auth.drafts (id, person_id, credential, name, key_id, sealed, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))",
        )
        .bind(new.id)
        .bind(new.person)
        .bind(new.credential)
        .bind(&new.secret.name)
        .bind(&new.secret.key_id)
        .bind(&new.secret.sealed)
        .bind(new.life.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The draft of this person; others have none of that id.
    pub async fn draft_of(&self, id: Uuid, person: Uuid) -> Result<Option<Draft>, Error> {
        let found: Option<(Value, String, String, Vec<u8>, jiff_sqlx::Timestamp)> = sqlx::query_as(
            "SELECT credential, name, key_id, sealed, expires_at FROM auth.drafts
             WHERE id = $1 AND person_id = $2 AND expires_at > now()",
        )
        .bind(id)
        .bind(person)
        .fetch_optional(&self.pool)
        .await?;
        Ok(
            found.map(|(credential, name, key_id, sealed, expires_at)| Draft {
                id,
                credential,
                secret: SealedSecret {
                    name,
                    key_id,
                    sealed,
                },
                expires_at: expires_at.to_jiff(),
            }),
        )
    }

    /// Puts a renewed secret in the place of the one that it was renewed with.
    pub async fn draft_renew(
        &self,
        id: Uuid,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> Result<(), Error> {
        sqlx::query(
            "UPDATE auth.drafts SET key_id = $3, sealed = $4 WHERE id = $1 AND sealed = $2",
        )
        .bind(id)
        .bind(&old.sealed)
        .bind(&new.key_id)
        .bind(&new.sealed)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets drafts and sign-ins whose time is over.
    pub async fn sign_in_sweep(&self) -> Result<u64, Error> {
        let mut swept = 0;
        for statement in [
            "DELETE FROM auth.drafts WHERE expires_at < now()",
            "DELETE FROM auth.connection_sign_ins WHERE expires_at < now()",
            // Whoever asks late is told that the code has ended.
            "DELETE FROM auth.device_sign_ins WHERE expires_at < now() - interval '1 hour'",
        ] {
            swept += sqlx::query(statement)
                .execute(&self.pool)
                .await?
                .rows_affected();
        }
        Ok(swept)
    }
}
