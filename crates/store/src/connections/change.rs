//! Changes a connection: what people edit, whether it is read, and what it signs in with.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Connection, Organization, SealedSecret, State, add, list::list, secret};
use crate::{
    Error, Store,
    people::audit::{self, Entry},
};

/// What is changed; `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edit<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// Tags.
    pub tags: Option<&'a [String]>,
    /// Covers what appears later too, and exactly these organizations now.
    pub organizations: Option<(bool, &'a [Organization])>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Edited {
    /// The connection as it is now.
    Connection(Box<Connection>),
    /// Another one has that name.
    NameTaken,
    /// There is no such connection (any more).
    Gone,
}

impl Store {
    /// Changes what people edit. Feeds of organizations that are left out are not read any more; their rows stay.
    pub async fn connection_edit(
        &self,
        id: Uuid,
        edit: &Edit<'_>,
        entry: &Entry,
    ) -> Result<Edited, Error> {
        let mut transaction = self.pool.begin().await?;
        if let Some(name) = edit.name {
            let (taken,): (bool,) = sqlx::query_as(
                "SELECT EXISTS (SELECT FROM auth.connections
                                WHERE lower(name) = lower($2) AND id <> $1 AND state <> 'deleting')",
            )
            .bind(id)
            .bind(name)
            .fetch_one(&mut *transaction)
            .await?;
            if taken {
                return Ok(Edited::NameTaken);
            }
        }
        let changed = sqlx::query(
            "UPDATE auth.connections
             SET name = coalesce($2, name), description = coalesce($3, description), tags = coalesce($4, tags),
                 all_organizations = coalesce($5, all_organizations), updated_at = now()
             WHERE id = $1 AND state <> 'deleting'",
        )
        .bind(id)
        .bind(edit.name)
        .bind(edit.description)
        .bind(edit.tags)
        .bind(edit.organizations.map(|(all, _)| all))
        .execute(&mut *transaction)
        .await;
        match changed {
            // Somebody took the name at this moment.
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                return Ok(Edited::NameTaken);
            }
            Err(error) => return Err(error.into()),
            Ok(changed) if changed.rows_affected() == 0 => return Ok(Edited::Gone),
            Ok(_) => {}
        }
        if let Some((_, organizations)) = edit.organizations {
            let kept: Vec<Uuid> = organizations.iter().map(|kept| kept.id).collect();
            sqlx::query(
                "DELETE FROM auth.connection_organizations WHERE connection_id = $1 AND organization_id <> ALL ($2)",
            )
            .bind(id)
            .bind(&kept)
            .execute(&mut *transaction)
            .await?;
            sqlx::query(
                "DELETE FROM auth.checks WHERE connection_id = $1 AND organization_id <> ALL ($2)",
            )
            .bind(id)
            .bind(&kept)
            .execute(&mut *transaction)
            .await?;
            add::put_organizations(&mut transaction, id, organizations).await?;
        }
        let edited = list(&mut *transaction, &id.to_string()).await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(edited
            .into_iter()
            .next()
            .map_or(Edited::Gone, |edited| Edited::Connection(Box::new(edited))))
    }

    /// Writes down how organizations stand, new ones too.
    pub async fn connection_organizations(
        &self,
        id: Uuid,
        organizations: &[Organization],
    ) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        let there = sqlx::query(
            "SELECT FROM auth.connections WHERE id = $1 AND state <> 'deleting' FOR KEY SHARE",
        )
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        if there.is_some() {
            add::put_organizations(&mut transaction, id, organizations).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Moves a connection from one of some states to another; false when it is in none of them.
    pub async fn connection_state(
        &self,
        id: Uuid,
        from: &[State],
        to: State,
        entry: &Entry,
    ) -> Result<bool, Error> {
        let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
        let mut transaction = self.pool.begin().await?;
        let moved = sqlx::query(
            "UPDATE auth.connections
             SET state = $3, reason = '', explanation = '', remedy = '', link = '', next_try_at = NULL, updated_at = now()
             WHERE id = $1 AND state = ANY ($2)",
        )
        .bind(id)
        .bind(&from)
        .bind(to.as_str())
        .execute(&mut *transaction)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes another secret for a connection, whose access token is forgotten; all else stays as it is. False when there is
    /// no such connection.
    pub async fn connection_reauthenticate(
        &self,
        id: Uuid,
        credential: &Value,
        expires_at: Option<Timestamp>,
        secret: Option<&SealedSecret>,
        entry: &Entry,
    ) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        let changed = sqlx::query(
            "UPDATE auth.connections
             SET credential = $2, credential_expires_at = $3, updated_at = now(),
                 state = CASE state WHEN 'needs_sign_in' THEN 'active' ELSE state END,
                 reason = '', explanation = '', remedy = '', link = '', next_try_at = NULL
             WHERE id = $1 AND state <> 'deleting'",
        )
        .bind(id)
        .bind(credential)
        .bind(expires_at.map(jiff_sqlx::ToSqlx::to_sqlx))
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM auth.secrets WHERE connection_id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if let Some(secret) = secret {
            secret::put(&mut transaction, id, secret).await?;
        }
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Begins to delete a connection: its secrets are gone at once, its name is free, and nothing of it is read any more.
    /// `None`: there is no such connection, or it is being deleted already.
    pub async fn connection_delete(
        &self,
        id: Uuid,
        purge: bool,
        entry: &Entry,
    ) -> Result<Option<Connection>, Error> {
        let mut transaction = self.pool.begin().await?;
        let deleted = sqlx::query(
            "UPDATE auth.connections
             SET state = 'deleting', purge = $2, reason = '', explanation = '', remedy = '', link = '',
                 next_try_at = NULL, updated_at = now()
             WHERE id = $1 AND state <> 'deleting'",
        )
        .bind(id)
        .bind(purge)
        .execute(&mut *transaction)
        .await?;
        if deleted.rows_affected() == 0 {
            return Ok(None);
        }
        sqlx::query("DELETE FROM auth.secrets WHERE connection_id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let deleted = list(&mut *transaction, &id.to_string()).await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(deleted.into_iter().next())
    }
}
