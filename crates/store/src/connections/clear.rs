//! Clears away what a deleted connection leaves, in pieces small enough for a database at work.

use uuid::Uuid;

use crate::{Error, Store};

/// Rows that go in one statement.
const PIECE: i64 = 20_000;

/// What a piece of clearing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleared {
    /// There is more to be done.
    Piece(Uuid),
    /// This connection is gone.
    Connection(Uuid),
    /// Nothing is to be cleared, or others are at it.
    Nothing,
}

/// What goes, or is read no more, with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependents {
    /// Its feeds.
    pub feeds: u64,
    /// Organizations that no other connection covers.
    pub only_here: Vec<String>,
    /// Organizations that others cover too.
    pub shared: Vec<String>,
}

impl Store {
    /// What depends on a connection.
    pub async fn connection_dependents(&self, id: Uuid) -> Result<Dependents, Error> {
        let (feeds,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM sync.feeds WHERE connection_id = $1 AND enabled")
                .bind(id)
                .fetch_one(&self.pool)
                .await?;
        let organizations: Vec<(String, bool)> = sqlx::query_as(
            "SELECT o.name, EXISTS (SELECT FROM auth.connection_organizations other
                                    JOIN auth.connections c ON c.id = other.connection_id AND c.state <> 'deleting'
                                    WHERE other.organization_id = o.organization_id AND other.connection_id <> $1)
             FROM auth.connection_organizations o WHERE o.connection_id = $1
             ORDER BY lower(o.name)",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let (shared, only_here): (Vec<_>, Vec<_>) = organizations
            .into_iter()
            .partition(|(_, is_shared)| *is_shared);
        let names = |of: Vec<(String, bool)>| of.into_iter().map(|(name, _)| name).collect();
        Ok(Dependents {
            feeds: feeds.unsigned_abs(),
            only_here: names(only_here),
            shared: names(shared),
        })
    }

    /// Clears one piece: first pages, sweeps and runs, then feeds, so that pages on their way are dropped; then, if that was
    /// wanted, rows of organizations that no other connection covers; at last the connection. It may be broken off anywhere.
    pub async fn connection_clear(&self) -> Result<Cleared, Error> {
        let mut transaction = self.pool.begin().await?;
        let found: Option<(Uuid, bool)> = sqlx::query_as(
            "SELECT id, purge FROM auth.connections WHERE state = 'deleting'
             ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED",
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((id, purge)) = found else {
            return Ok(Cleared::Nothing);
        };
        for statement in [
            "DELETE FROM sync.sweep_keys WHERE ctid = ANY (ARRAY(
                 SELECT k.ctid FROM sync.sweep_keys k JOIN sync.feeds f ON f.id = k.feed_id
                 WHERE f.connection_id = $1 LIMIT $2))",
            "DELETE FROM sync.pages WHERE ctid = ANY (ARRAY(
                 SELECT p.ctid FROM sync.pages p JOIN sync.feeds f ON f.id = p.feed_id
                 WHERE f.connection_id = $1 LIMIT $2))",
            "DELETE FROM sync.runs WHERE ctid = ANY (ARRAY(
                 SELECT r.ctid FROM sync.runs r JOIN sync.feeds f ON f.id = r.feed_id
                 WHERE f.connection_id = $1 LIMIT $2))",
            // What came in meanwhile goes with its feed.
            "DELETE FROM sync.feeds WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM sync.feeds WHERE connection_id = $1 LIMIT $2))",
            "DELETE FROM sync.scopes WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM sync.scopes WHERE connection_id = $1 LIMIT $2))",
        ] {
            let gone = sqlx::query(statement)
                .bind(id)
                .bind(PIECE)
                .execute(&mut *transaction)
                .await?;
            if gone.rows_affected() > 0 {
                transaction.commit().await?;
                return Ok(Cleared::Piece(id));
            }
        }
        let gone: (Option<i64>,) = if purge {
            sqlx::query_as(
                "SELECT sum(ado.purge(o.organization_id, $2))::bigint
                 FROM auth.connection_organizations o
                 WHERE o.connection_id = $1
                   AND NOT EXISTS (SELECT FROM auth.connection_organizations other
                                   JOIN auth.connections c ON c.id = other.connection_id AND c.state <> 'deleting'
                                   WHERE other.organization_id = o.organization_id)",
            )
            .bind(id)
            .bind(PIECE)
            .fetch_one(&mut *transaction)
            .await?
        } else {
            (None,)
        };
        if gone.0.unwrap_or_default() > 0 {
            transaction.commit().await?;
            return Ok(Cleared::Piece(id));
        }
        if purge {
            // Else a later connection would take its details for read.
            sqlx::query(
                "DELETE FROM sync.details d USING auth.connection_organizations o
                 WHERE o.connection_id = $1 AND d.organization_id = o.organization_id
                   AND NOT EXISTS (SELECT FROM auth.connection_organizations other
                                   JOIN auth.connections c ON c.id = other.connection_id AND c.state <> 'deleting'
                                   WHERE other.organization_id = o.organization_id)",
            )
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query("DELETE FROM auth.connections WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Cleared::Connection(id))
    }
}
