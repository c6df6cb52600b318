//! Adds a connection.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Connection, Organization, SealedSecret, list::list, secret};
use crate::{
    Error, Store,
    people::audit::{self, Entry},
};

/// What a connection is made of.
#[derive(Clone, Copy, Debug)]
pub struct NewConnection<'a> {
    /// Its id, which its secret was sealed for.
    pub id: Uuid,
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Tags.
    pub tags: &'a [String],
    /// How it signs in, without the secret.
    pub credential: &'a Value,
    /// When the credential ends.
    pub credential_expires_at: Option<Timestamp>,
    /// Covers what appears later too.
    pub all_organizations: bool,
    /// Who makes it.
    pub created_by: &'a str,
    /// The organizations that it covers.
    pub organizations: &'a [Organization],
    /// Its secret, if it has one.
    pub secret: Option<&'a SealedSecret>,
    /// It comes of the draft of its id, whose secret is taken over; `secret` counts for nothing then.
    pub from_draft: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Added {
    /// The connection.
    Connection(Box<Connection>),
    /// There is one of that name.
    NameTaken,
    /// The draft is not there any more.
    DraftGone,
}

impl Store {
    /// Adds a connection with its organizations and its secret, all or nothing.
    pub async fn connection_add(
        &self,
        new: &NewConnection<'_>,
        entry: &Entry,
    ) -> Result<Added, Error> {
        let mut transaction = self.pool.begin().await?;
        let made = sqlx::query(
            "INSERT INTO auth.connections (id, name, description, tags, credential, credential_expires_at,
                 all_organizations, created_by, next_look_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + interval '10 minutes')
             ON CONFLICT (lower(name)) WHERE state <> 'deleting' DO NOTHING",
        )
        .bind(new.id)
        .bind(new.name)
        .bind(new.description)
        .bind(new.tags)
        .bind(new.credential)
        .bind(new.credential_expires_at.map(jiff_sqlx::ToSqlx::to_sqlx))
        .bind(new.all_organizations)
        .bind(new.created_by)
        .execute(&mut *transaction)
        .await?;
        if made.rows_affected() == 0 {
            return Ok(Added::NameTaken);
        }
        if new.from_draft {
            let moved = sqlx::query(
                "WITH draft AS (DELETE FROM auth.drafts WHERE id = $1 AND expires_at > now() RETURNING *)
                 INSERT INTO auth.secrets (connection_id, name, key_id, sealed) SELECT id, name, key_id, sealed FROM draft",
            )
            .bind(new.id)
            .execute(&mut *transaction)
            .await?;
            if moved.rows_affected() == 0 {
                return Ok(Added::DraftGone);
            }
        } else if let Some(secret) = new.secret {
            secret::put(&mut transaction, new.id, secret).await?;
        }
        put_organizations(&mut transaction, new.id, new.organizations).await?;
        sqlx::query("INSERT INTO auth.grants (connection_id) VALUES ($1)")
            .bind(new.id)
            .execute(&mut *transaction)
            .await?;
        let added = list(&mut *transaction, &new.id.to_string()).await?;
        audit::write(&mut *transaction, entry).await?;
        transaction.commit().await?;
        Ok(added
            .into_iter()
            .next()
            .map_or(Added::DraftGone, |added| Added::Connection(Box::new(added))))
    }
}

/// Writes how organizations stand; those that are not among them are left as they are.
pub(super) async fn put_organizations(
    database: &mut PgConnection,
    connection: Uuid,
    organizations: &[Organization],
) -> Result<(), Error> {
    for organization in organizations {
        sqlx::query(
            "INSERT INTO auth.connection_organizations AS o
                 (connection_id, organization_id, name, state, explanation, remedy, link)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (connection_id, organization_id)
             DO UPDATE SET name = excluded.name, state = excluded.state, explanation = excluded.explanation,
                           remedy = excluded.remedy, link = excluded.link
             WHERE (o.name, o.state, o.explanation, o.remedy, o.link)
                 IS DISTINCT FROM (excluded.name, excluded.state, excluded.explanation, excluded.remedy, excluded.link)",
        )
        .bind(connection)
        .bind(organization.id)
        .bind(&organization.name)
        .bind(&organization.state)
        .bind(&organization.explanation)
        .bind(&organization.remedy)
        .bind(&organization.link)
        .execute(&mut *database)
        .await?;
    }
    Ok(())
}
