//! Feeds are made of scopes: an entity over each organization, project or repository that a connection sees.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;
use wire::{ENTITIES, ScopeKind};

use super::Tick;
use crate::Error;

/// A mark of all scopes, the same as long as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopesMark(String);

#[derive(sqlx::FromRow)]
struct Row {
    connection_id: Uuid,
    organization_id: Uuid,
    kind: String,
    project_id: Option<Uuid>,
    repository_id: Option<Uuid>,
}

/// The columns of the wanted feeds.
#[derive(Default)]
struct Wanted {
    ids: Vec<Uuid>,
    connections: Vec<Uuid>,
    organizations: Vec<Uuid>,
    projects: Vec<Option<Uuid>>,
    repositories: Vec<Option<Uuid>>,
    domains: Vec<&'static str>,
    entities: Vec<&'static str>,
}

impl Tick {
    /// A mark of all scopes: where it is the same as at the last [`feed_make`](Self::feed_make), there is nothing to make.
    pub async fn scopes_mark(&mut self) -> Result<ScopesMark, Error> {
        mark(&mut self.transaction).await
    }

    /// Makes the feeds of new scopes, disables those of scopes that are gone or cannot be read, and enables them again when
    /// they return. Gives the number of feeds that it touched.
    pub async fn feed_make(&mut self) -> Result<u64, Error> {
        let wanted = wanted(&mut self.transaction).await?;
        let (gone, made): (i64, i64) = sqlx::query_as(
            "WITH wanted AS (
                 SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[])
                     AS w (id, connection_id, organization_id, project_id, repository_id, domain, entity)
             ), gone AS (
                 UPDATE sync.feeds f SET enabled = false, running = false
                 WHERE f.enabled AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = f.id)
                 RETURNING f.id
             ), ended AS (
                 UPDATE sync.runs r SET ended_at = now(), completeness = 'lost', reason = 'scope_gone'
                 FROM gone g WHERE r.feed_id = g.id AND r.ended_at IS NULL
             ), made AS (
                 INSERT INTO sync.feeds AS f (id, connection_id, organization_id, project_id, repository_id, domain, entity)
                 SELECT w.id, w.connection_id, w.organization_id, w.project_id, w.repository_id, w.domain, w.entity
                 FROM wanted w
                 WHERE NOT EXISTS (SELECT FROM sync.feeds e WHERE e.id = w.id AND e.enabled)
                 ON CONFLICT (id) DO UPDATE SET enabled = true, due_at = now() WHERE NOT f.enabled
                 RETURNING f.id
             )
             SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM made)",
        )
        .bind(&wanted.ids)
        .bind(&wanted.connections)
        .bind(&wanted.organizations)
        .bind(&wanted.projects)
        .bind(&wanted.repositories)
        .bind(&wanted.domains)
        .bind(&wanted.entities)
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(gone.unsigned_abs() + made.unsigned_abs())
    }
}

/// The scopes are few and change rarely, so that reading them is cheaper than telling everybody of their changes.
pub(crate) async fn mark(connection: &mut PgConnection) -> Result<ScopesMark, Error> {
    let (mark,): (String,) = sqlx::query_as(
        "SELECT concat_ws('/',
             (SELECT sum(hashtextextended(o::text, 0)::numeric) FROM sync.connection_organizations o),
             (SELECT sum(hashtextextended(s::text, 0)::numeric) FROM sync.scopes s))",
    )
    .fetch_one(connection)
    .await?;
    Ok(ScopesMark(mark))
}

async fn wanted(connection: &mut PgConnection) -> Result<Wanted, Error> {
    // A repository of a project that cannot be read answers 404 to everything (PITFALLS.md, 29).
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT o.connection_id, o.organization_id, 'organization' AS kind, NULL::uuid AS project_id,
                NULL::uuid AS repository_id
         FROM sync.connection_organizations o
         WHERE o.state = 'active'
         UNION ALL
         SELECT s.connection_id, s.organization_id, s.kind, s.project_id, CASE s.kind WHEN 'repository' THEN s.id END
         FROM sync.scopes s
         JOIN sync.connection_organizations o USING (connection_id, organization_id)
         LEFT JOIN sync.scopes p ON p.connection_id = s.connection_id AND p.organization_id = s.organization_id
             AND p.id = s.project_id AND p.kind = 'project'
         WHERE o.state = 'active' AND s.readable AND p.readable IS NOT FALSE",
    )
    .fetch_all(connection)
    .await?;
    let mut by_kind: HashMap<&str, Vec<&wire::Entity>> = HashMap::new();
    for entity in ENTITIES {
        let kind = match entity.scope {
            ScopeKind::Organization => "organization",
            ScopeKind::Project => "project",
            ScopeKind::Repository => "repository",
        };
        by_kind.entry(kind).or_default().push(entity);
    }
    let mut wanted = Wanted::default();
    for row in rows {
        for entity in by_kind.get(row.kind.as_str()).into_iter().flatten() {
            wanted.ids.push(wire::feed_id(
                row.connection_id,
                row.organization_id,
                entity,
                row.project_id,
                row.repository_id,
            ));
            wanted.connections.push(row.connection_id);
            wanted.organizations.push(row.organization_id);
            wanted.projects.push(row.project_id);
            wanted.repositories.push(row.repository_id);
            wanted.domains.push(entity.domain.name());
            wanted.entities.push(entity.name);
        }
    }
    Ok(wanted)
}
