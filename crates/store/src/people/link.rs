//! One-time links.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Hash, audit};
use crate::{Error, Store};

impl Store {
    /// Makes a link that sets up the first administrator, unless there is one. True when it was made.
    pub async fn link_setup(
        &self,
        token: &Hash,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        prune(&mut transaction, now).await?;
        let made = sqlx::query(
            "INSERT INTO auth.links (token_hash, expires_at)
             SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM auth.administrators)",
        )
        .bind(token.as_slice())
        .bind(expires.to_sqlx())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(made.rows_affected() == 1)
    }

    /// Makes the link by which a user chooses a password, in place of older ones. False: there is no such user, or another
    /// issuer vouches for them.
    pub async fn link_password(
        &self,
        user: Uuid,
        token: &Hash,
        expires: Timestamp,
        entry: &audit::Entry,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("DELETE FROM auth.links WHERE user_id = $1")
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        let made = sqlx::query(
            "INSERT INTO auth.links (token_hash, user_id, expires_at)
             SELECT $1, id, $3 FROM auth.users WHERE id = $2 AND issuer IS NULL",
        )
        .bind(token.as_slice())
        .bind(user)
        .bind(expires.to_sqlx())
        .execute(&mut *transaction)
        .await?;
        if made.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether this link would set up the first administrator now.
    pub async fn link_is_setup(&self, token: &Hash, now: Timestamp) -> Result<bool, Error> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM auth.links WHERE token_hash = $1 AND user_id IS NULL AND expires_at > $2)
                AND NOT EXISTS (SELECT FROM auth.administrators)",
        )
        .bind(token.as_slice())
        .bind(now.to_sqlx())
        .fetch_one(&self.pool)
        .await?)
    }

    /// The user who would choose a password by this link now: id and name.
    pub async fn link_user(
        &self,
        token: &Hash,
        now: Timestamp,
    ) -> Result<Option<(Uuid, String)>, Error> {
        Ok(sqlx::query_as(
            "SELECT u.id, u.name FROM auth.links l JOIN auth.users u ON u.id = l.user_id
             WHERE l.token_hash = $1 AND l.expires_at > $2 AND u.disabled_at IS NULL",
        )
        .bind(token.as_slice())
        .bind(now.to_sqlx())
        .fetch_optional(&self.pool)
        .await?)
    }
}

async fn prune(connection: &mut PgConnection, now: Timestamp) -> Result<(), Error> {
    sqlx::query("DELETE FROM auth.links WHERE expires_at <= $1")
        .bind(now.to_sqlx())
        .execute(connection)
        .await?;
    Ok(())
}
