//! Tokens of the HTTP API.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use super::{Hash, Role, audit};
use crate::{Error, Store};

/// A token, without what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// Their name.
    pub user_name: String,
    /// What it is for.
    pub name: String,
    /// What it may do, as far as its user may.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub user: Uuid,
    /// What it is for.
    pub name: &'a str,
    /// What it may do.
    pub role: Role,
    /// The hash of it.
    pub hash: &'a Hash,
    /// Now.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUser {
    /// The token.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The user.
    pub user_id: Uuid,
    /// Their name.
    pub user_name: String,
    /// What it may do: no more than its user.
    pub role: Role,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: Uuid,
    user_id: Uuid,
    user_name: String,
    name: String,
    role: String,
    created_at: jiff_sqlx::Timestamp,
    expires_at: Option<jiff_sqlx::Timestamp>,
    used_at: Option<jiff_sqlx::Timestamp>,
}

#[derive(sqlx::FromRow)]
struct TokenUserRow {
    id: Uuid,
    name: String,
    user_id: Uuid,
    user_name: String,
    role: String,
    user_role: String,
    expires_at: Option<jiff_sqlx::Timestamp>,
    used_at: Option<jiff_sqlx::Timestamp>,
}

/// A token's use is noted to the minute.
const NOTE_EVERY: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

impl Store {
    /// Makes a token.
    pub async fn token_add(&self, new: &NewToken<'_>, entry: &audit::Entry) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "INSERT INTO auth.tokens (id, user_id, name, role, token_hash, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(new.id)
        .bind(new.user)
        .bind(new.name)
        .bind(new.role.as_str())
        .bind(new.hash.as_slice())
        .bind(new.created_at.to_sqlx())
        .bind(new.expires_at.map(ToSqlx::to_sqlx))
        .execute(&mut *transaction)
        .await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The tokens of a user, or of all, newest first.
    pub async fn token_list(&self, of: Option<Uuid>) -> Result<Vec<Token>, Error> {
        let rows: Vec<TokenRow> = sqlx::query_as(
            "SELECT t.id, t.user_id, u.name AS user_name, t.name, t.role, t.created_at, t.expires_at, t.used_at
             FROM auth.tokens t JOIN auth.users u ON u.id = t.user_id
             WHERE $1::uuid IS NULL OR t.user_id = $1
             ORDER BY t.created_at DESC, t.id",
        )
        .bind(of)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(TokenRow::token).collect())
    }

    /// Whom a token stands for, while it is good; its use is noted.
    pub async fn token_use(&self, hash: &Hash, now: Timestamp) -> Result<Option<TokenUser>, Error> {
        let found: Option<TokenUserRow> = sqlx::query_as(
            "SELECT t.id, t.name, t.user_id, u.name AS user_name, t.role, u.role AS user_role, t.expires_at, t.used_at
             FROM auth.tokens t JOIN auth.users u ON u.id = t.user_id
             WHERE t.token_hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) AND u.disabled_at IS NULL",
        )
        .bind(hash.as_slice())
        .bind(now.to_sqlx())
        .fetch_optional(&self.pool)
        .await?;
        let Some(found) = found else {
            return Ok(None);
        };
        let noted = found
            .used_at
            .is_some_and(|at| now.duration_since(at.to_jiff()) < NOTE_EVERY);
        if !noted {
            sqlx::query("UPDATE auth.tokens SET used_at = $2 WHERE id = $1")
                .bind(found.id)
                .bind(now.to_sqlx())
                .execute(&self.pool)
                .await?;
        }
        Ok(Some(TokenUser {
            id: found.id,
            name: found.name,
            user_id: found.user_id,
            user_name: found.user_name,
            role: Role::stored(&found.role).min(Role::stored(&found.user_role)),
            expires_at: found.expires_at.map(jiff_sqlx::Timestamp::to_jiff),
        }))
    }

    /// Ends a token: one of a user's own, or anybody's. False: there is none such.
    pub async fn token_revoke(
        &self,
        id: Uuid,
        of: Option<Uuid>,
        entry: &audit::Entry,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        let revoked = sqlx::query(
            "DELETE FROM auth.tokens WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2)",
        )
        .bind(id)
        .bind(of)
        .execute(&mut *transaction)
        .await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

impl TokenRow {
    fn token(self) -> Token {
        Token {
            id: self.id,
            user_id: self.user_id,
            user_name: self.user_name,
            name: self.name,
            role: Role::stored(&self.role),
            created_at: self.created_at.to_jiff(),
            expires_at: self.expires_at.map(jiff_sqlx::Timestamp::to_jiff),
            used_at: self.used_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}
