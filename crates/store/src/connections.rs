//! Connections and their sealed secrets, for auth. Nobody else may read secrets.

use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Store};

/// What a user set up. Never carries the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: Uuid,
    /// Its name, unique regardless of case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Tags.
    pub tags: Vec<String>,
    /// How it signs in: `pat`.
    pub credential_kind: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The organizations that it covers, by name.
    pub organizations: Vec<Organization>,
}

/// An organization of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// `instanceId` of its connection data.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// `active`, `inactive`, `unauthorized` or `unreachable`.
    pub state: &'static str,
    /// Why it is not active, with the remedy.
    pub explanation: String,
}

/// A secret as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Which one it is.
    pub name: String,
    /// The key that sealed it.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}

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
    /// How it signs in.
    pub credential_kind: &'a str,
    /// The organizations that it covers.
    pub organizations: &'a [Organization],
    /// Its secret.
    pub secret: &'a SealedSecret,
}

/// Who wants a credential, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose credential.
    pub connection: Uuid,
    /// Where the requests go.
    pub organization: Uuid,
    /// The feed whose job the asker holds, when it says so.
    pub feed: Option<Uuid>,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The secret of this name.
    Secret(SealedSecret),
    /// There is no such connection.
    NoConnection,
    /// The connection does not cover the organization.
    NotCovered,
    /// The feed is none of the connection's in this organization.
    NotItsFeed,
    /// The connection has no secret of this name.
    NoSecret,
}

/// A secret and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSecret {
    /// Its connection.
    pub connection: Uuid,
    /// The connection's name.
    pub connection_name: String,
    /// The secret.
    pub secret: SealedSecret,
}

impl Store {
    /// Adds a connection with its organizations and its secret. `None`: the name is taken.
    pub async fn connection_add(
        &self,
        new: &NewConnection<'_>,
    ) -> Result<Option<Connection>, Error> {
        let mut transaction = self.pool.begin().await?;
        let made: Option<(jiff_sqlx::Timestamp,)> = sqlx::query_as(
            "INSERT INTO auth.connections (id, name, description, tags, credential_kind)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (lower(name)) DO NOTHING
             RETURNING created_at",
        )
        .bind(new.id)
        .bind(new.name)
        .bind(new.description)
        .bind(new.tags)
        .bind(new.credential_kind)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((created_at,)) = made else {
            return Ok(None);
        };
        for organization in new.organizations {
            sqlx::query(
                "INSERT INTO auth.connection_organizations (connection_id, organization_id, name, state, explanation)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(new.id)
            .bind(organization.id)
            .bind(&organization.name)
            .bind(organization.state)
            .bind(&organization.explanation)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query(
            "INSERT INTO auth.secrets (connection_id, name, key_id, sealed) VALUES ($1, $2, $3, $4)",
        )
        .bind(new.id)
        .bind(&new.secret.name)
        .bind(&new.secret.key_id)
        .bind(&new.secret.sealed)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(Connection {
            id: new.id,
            name: new.name.to_owned(),
            description: new.description.to_owned(),
            tags: new.tags.to_vec(),
            credential_kind: new.credential_kind.to_owned(),
            created_at: created_at.to_jiff(),
            organizations: new.organizations.to_vec(),
        }))
    }

    /// The connections of this name or guid, by name; all when it is empty.
    pub async fn connection_list(&self, name: &str) -> Result<Vec<Connection>, Error> {
        list(&self.pool, name).await
    }

    /// Removes the connection of this name or guid, with its feeds and secrets, and gives what it was. Rows that it brought
    /// are kept.
    pub async fn connection_remove(&self, name: &str) -> Result<Option<Connection>, Error> {
        if name.is_empty() {
            return Ok(None);
        }
        let mut transaction = self.pool.begin().await?;
        // The ledger of a large organization takes its time.
        sqlx::query("SET LOCAL statement_timeout = '10min'")
            .execute(&mut *transaction)
            .await?;
        let Some(connection) = list(&mut *transaction, name).await?.into_iter().next() else {
            return Ok(None);
        };
        sqlx::query("DELETE FROM auth.connections WHERE id = $1")
            .bind(connection.id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(connection))
    }

    /// The sealed secret that a claim is entitled to.
    pub async fn secret_claim(&self, claim: &Claim, name: &str) -> Result<Claimed, Error> {
        let found: Option<ClaimRow> = sqlx::query_as(
            "SELECT EXISTS (SELECT FROM auth.connection_organizations o
                            WHERE o.connection_id = c.id AND o.organization_id = $2) AS covered,
                    $3::uuid IS NULL OR EXISTS (SELECT FROM sync.feeds f
                            WHERE f.id = $3 AND f.connection_id = c.id AND f.organization_id = $2) AS its_feed,
                    s.key_id, s.sealed
             FROM auth.connections c
             LEFT JOIN auth.secrets s ON s.connection_id = c.id AND s.name = $4
             WHERE c.id = $1",
        )
        .bind(claim.connection)
        .bind(claim.organization)
        .bind(claim.feed)
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        let Some(found) = found else {
            return Ok(Claimed::NoConnection);
        };
        if !found.covered {
            return Ok(Claimed::NotCovered);
        }
        if !found.its_feed {
            return Ok(Claimed::NotItsFeed);
        }
        let (Some(key_id), Some(sealed)) = (found.key_id, found.sealed) else {
            return Ok(Claimed::NoSecret);
        };
        Ok(Claimed::Secret(SealedSecret {
            name: name.to_owned(),
            key_id,
            sealed,
        }))
    }

    /// All sealed secrets, by connection.
    pub async fn secret_list(&self) -> Result<Vec<OwnedSecret>, Error> {
        let rows: Vec<(Uuid, String, String, String, Vec<u8>)> = sqlx::query_as(
            "SELECT c.id, c.name, s.name, s.key_id, s.sealed
             FROM auth.secrets s JOIN auth.connections c ON c.id = s.connection_id
             ORDER BY lower(c.name), s.name",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(
                |(connection, connection_name, name, key_id, sealed)| OwnedSecret {
                    connection,
                    connection_name,
                    secret: SealedSecret {
                        name,
                        key_id,
                        sealed,
                    },
                },
            )
            .collect())
    }
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    covered: bool,
    its_feed: bool,
    key_id: Option<String>,
    sealed: Option<Vec<u8>>,
}

/// A connection and one of its organizations; a connection without any has one row without an organization.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    description: String,
    tags: Vec<String>,
    credential_kind: String,
    created_at: jiff_sqlx::Timestamp,
    organization_id: Option<Uuid>,
    organization_name: Option<String>,
    state: Option<String>,
    explanation: Option<String>,
}

async fn list(executor: impl PgExecutor<'_>, name: &str) -> Result<Vec<Connection>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT c.id, c.name, c.description, c.tags, c.credential_kind, c.created_at,
                o.organization_id, o.name AS organization_name, o.state, o.explanation
         FROM auth.connections c
         LEFT JOIN auth.connection_organizations o ON o.connection_id = c.id
         WHERE $1 = '' OR lower(c.name) = lower($1) OR c.id::text = lower($1)
         ORDER BY lower(c.name), c.id, lower(o.name)",
    )
    .bind(name)
    .fetch_all(executor)
    .await?;
    let mut connections: Vec<Connection> = Vec::new();
    for row in rows {
        let organization = row.organization();
        if connections.last().is_none_or(|last| last.id != row.id) {
            connections.push(row.connection());
        }
        if let Some(last) = connections.last_mut() {
            last.organizations.extend(organization);
        }
    }
    Ok(connections)
}

impl Row {
    fn organization(&self) -> Option<Organization> {
        Some(Organization {
            id: self.organization_id?,
            name: self.organization_name.clone()?,
            state: state(self.state.as_deref()?),
            explanation: self.explanation.clone()?,
        })
    }

    fn connection(self) -> Connection {
        Connection {
            id: self.id,
            name: self.name,
            description: self.description,
            tags: self.tags,
            credential_kind: self.credential_kind,
            created_at: self.created_at.to_jiff(),
            organizations: Vec::new(),
        }
    }
}

fn state(stored: &str) -> &'static str {
    ["active", "inactive", "unauthorized"]
        .into_iter()
        .find(|known| *known == stored)
        .unwrap_or("unreachable")
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "SealedSecret({} by key {})",
            self.name, self.key_id
        )
    }
}
