//! Browsers that are signed in.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use super::{Hash, Role, audit};
use crate::{Error, Store};

/// Before what moments a session must not have begun, and not have been seen last.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Sessions that began earlier have ended.
    pub began_after: Timestamp,
    /// Sessions that were seen last before this have ended.
    pub seen_after: Timestamp,
}

/// Who a session or a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The user.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// What they may do now.
    pub role: Role,
    /// When they were last seen.
    pub seen_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct VisitorRow {
    id: Uuid,
    name: String,
    role: String,
    seen_at: jiff_sqlx::Timestamp,
}

impl Store {
    /// Begins a session of a user who has just proved who they are. False: they have been disabled meanwhile.
    pub async fn session_begin(
        &self,
        id: &Hash,
        user: Uuid,
        now: Timestamp,
        limits: SessionLimits,
        entry: &audit::Entry,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("DELETE FROM auth.sessions WHERE created_at <= $1 OR seen_at <= $2")
            .bind(limits.began_after.to_sqlx())
            .bind(limits.seen_after.to_sqlx())
            .execute(&mut *transaction)
            .await?;
        let signed_in = sqlx::query(
            "UPDATE auth.users SET signed_in_at = $2 WHERE id = $1 AND disabled_at IS NULL",
        )
        .bind(user)
        .bind(now.to_sqlx())
        .execute(&mut *transaction)
        .await?;
        if signed_in.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO auth.sessions (id_hash, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)",
        )
        .bind(id.as_slice())
        .bind(user)
        .bind(now.to_sqlx())
        .execute(&mut *transaction)
        .await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whose session it is, while it lasts.
    pub async fn session_visitor(
        &self,
        id: &Hash,
        limits: SessionLimits,
    ) -> Result<Option<Visitor>, Error> {
        let found: Option<VisitorRow> = sqlx::query_as(
            "SELECT u.id, u.name, u.role, s.seen_at
             FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id
             WHERE s.id_hash = $1 AND s.created_at > $2 AND s.seen_at > $3 AND u.disabled_at IS NULL",
        )
        .bind(id.as_slice())
        .bind(limits.began_after.to_sqlx())
        .bind(limits.seen_after.to_sqlx())
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|row| Visitor {
            id: row.id,
            name: row.name,
            role: Role::stored(&row.role),
            seen_at: row.seen_at.to_jiff(),
        }))
    }

    /// Notes that a session is in use.
    pub async fn session_seen(&self, id: &Hash, now: Timestamp) -> Result<(), Error> {
        sqlx::query("UPDATE auth.sessions SET seen_at = $2 WHERE id_hash = $1 AND seen_at < $2")
            .bind(id.as_slice())
            .bind(now.to_sqlx())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn session_end(&self, id: &Hash, entry: &audit::Entry) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        let ended = sqlx::query("DELETE FROM auth.sessions WHERE id_hash = $1")
            .bind(id.as_slice())
            .execute(&mut *transaction)
            .await?;
        if ended.rows_affected() > 0 {
            audit::write(&mut *transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
