//! Sign-ins by OpenID Connect that have begun.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;

use super::Hash;
use crate::{Error, Store};

impl Store {
    /// Notes that a sign-in began.
    pub async fn openid_begin(
        &self,
        state: &Hash,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<(), Error> {
        sqlx::query("DELETE FROM auth.openid_sign_ins WHERE expires_at <= $1")
            .bind(now.to_sqlx())
            .execute(&self.pool)
            .await?;
        sqlx::query("INSERT INTO auth.openid_sign_ins (state_hash, expires_at) VALUES ($1, $2)")
            .bind(state.as_slice())
            .bind(expires.to_sqlx())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends a sign-in. True once for each that began and is not too old.
    pub async fn openid_end(&self, state: &Hash, now: Timestamp) -> Result<bool, Error> {
        let ended = sqlx::query(
            "DELETE FROM auth.openid_sign_ins WHERE state_hash = $1 AND expires_at > $2",
        )
        .bind(state.as_slice())
        .bind(now.to_sqlx())
        .execute(&self.pool)
        .await?;
        Ok(ended.rows_affected() == 1)
    }
}
