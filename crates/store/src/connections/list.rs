//! Lists connections.

use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{Connection, Organization, Problem, State};
use crate::{Error, Store};

/// A connection and one of its organizations; a connection without any has one row without an organization.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    description: String,
    tags: Vec<String>,
    credential: Value,
    state: String,
    reason: String,
    explanation: String,
    remedy: String,
    link: String,
    all_organizations: bool,
    credential_expires_at: Option<jiff_sqlx::Timestamp>,
    created_by: String,
    created_at: jiff_sqlx::Timestamp,
    updated_at: jiff_sqlx::Timestamp,
    checked_at: Option<jiff_sqlx::Timestamp>,
    next_try_at: Option<jiff_sqlx::Timestamp>,
    organization_id: Option<Uuid>,
    organization_name: Option<String>,
    organization_state: Option<String>,
    organization_explanation: Option<String>,
    organization_remedy: Option<String>,
    organization_link: Option<String>,
}

impl Store {
    /// The connections of this name or guid, by name; all when it is empty. By name, none that is being deleted.
    pub async fn connection_list(&self, name: &str) -> Result<Vec<Connection>, Error> {
        list(&self.pool, name).await
    }

    /// The connection of this name or guid.
    pub async fn connection_of(&self, name: &str) -> Result<Option<Connection>, Error> {
        if name.is_empty() {
            return Ok(None);
        }
        Ok(list(&self.pool, name).await?.into_iter().next())
    }
}

pub(super) async fn list(
    executor: impl PgExecutor<'_>,
    name: &str,
) -> Result<Vec<Connection>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT c.id, c.name, c.description, c.tags, c.credential, c.state, c.reason, c.explanation, c.remedy, c.link,
                c.all_organizations, c.credential_expires_at, c.created_by, c.created_at, c.updated_at, c.checked_at,
                c.next_try_at, o.organization_id, o.name AS organization_name, o.state AS organization_state,
                o.explanation AS organization_explanation, o.remedy AS organization_remedy, o.link AS organization_link
         FROM auth.connections c
         LEFT JOIN auth.connection_organizations o ON o.connection_id = c.id
         WHERE $1 = '' OR lower(c.name) = lower($1) AND c.state <> 'deleting' OR c.id::text = lower($1)
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
            state: self.organization_state.clone()?,
            explanation: self.organization_explanation.clone()?,
            remedy: self.organization_remedy.clone()?,
            link: self.organization_link.clone()?,
        })
    }

    fn connection(self) -> Connection {
        let time = |time: Option<jiff_sqlx::Timestamp>| time.map(jiff_sqlx::Timestamp::to_jiff);
        Connection {
            id: self.id,
            name: self.name,
            description: self.description,
            tags: self.tags,
            credential: self.credential,
            state: State::read(&self.state),
            problem: Problem {
                reason: self.reason,
                explanation: self.explanation,
                remedy: self.remedy,
                link: self.link,
            },
            all_organizations: self.all_organizations,
            credential_expires_at: time(self.credential_expires_at),
            created_by: self.created_by,
            created_at: self.created_at.to_jiff(),
            updated_at: self.updated_at.to_jiff(),
            checked_at: time(self.checked_at),
            next_try_at: time(self.next_try_at),
            organizations: Vec::new(),
        }
    }
}
