//! Makes the jobs of ordered runs: scope with names, committed cursor, gaps, and what the connection knows below the scope.

use sqlx::PgConnection;
use uuid::Uuid;
use wire::{
    Domain, Entity, Reading,
    proto::control::v1::{Job, Known, Scope},
    subject::Priority,
};

use super::Tick;
use crate::{Error, gaps};

/// A job, and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedJob {
    /// Feed.
    pub feed: Uuid,
    /// Number of the run.
    pub epoch: i64,
    /// Entity that it reads.
    pub entity: &'static Entity,
    /// In which queue it waits.
    pub priority: Priority,
    /// The job.
    pub job: Job,
}

impl PreparedJob {
    /// The domain whose fetchers carry it out.
    pub const fn domain(&self) -> Domain {
        self.entity.domain
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    epoch: i64,
    priority: String,
    connection_id: Uuid,
    organization_id: Uuid,
    project_id: Option<Uuid>,
    repository_id: Option<Uuid>,
    entity: String,
    cursor: Vec<u8>,
    organization: Option<String>,
    project: Option<String>,
    repository: Option<String>,
}

impl Tick {
    /// The jobs of the newest runs of these feeds, in the order in which they are given.
    pub async fn job_prepare(&mut self, feeds: &[Uuid]) -> Result<Vec<PreparedJob>, Error> {
        if feeds.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT f.id, f.epoch, r.priority, f.connection_id, f.organization_id, f.project_id, f.repository_id, f.entity,
                    f.cursor, o.name AS organization, p.name AS project, s.name AS repository
             FROM unnest($1::uuid[]) WITH ORDINALITY AS w (id, place)
             JOIN sync.feeds f ON f.id = w.id
             JOIN sync.runs r ON r.feed_id = f.id AND r.epoch = f.epoch
             LEFT JOIN sync.connection_organizations o
                 ON o.connection_id = f.connection_id AND o.organization_id = f.organization_id
             LEFT JOIN sync.scopes p
                 ON p.connection_id = f.connection_id AND p.organization_id = f.organization_id AND p.id = f.project_id
             LEFT JOIN sync.scopes s
                 ON s.connection_id = f.connection_id AND s.organization_id = f.organization_id AND s.id = f.repository_id
             ORDER BY w.place",
        )
        .bind(feeds)
        .fetch_all(&mut *self.transaction)
        .await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(entity) = wire::entity(&row.entity) {
                jobs.push(prepare(&mut self.transaction, row, entity).await?);
            }
        }
        Ok(jobs)
    }
}

async fn prepare(
    connection: &mut PgConnection,
    row: Row,
    entity: &'static Entity,
) -> Result<PreparedJob, Error> {
    let gaps = match entity.reading {
        Reading::Detail { batch, .. } => {
            gaps::batch(
                connection,
                entity,
                row.organization_id,
                row.project_id,
                batch,
            )
            .await?
        }
        _ => Vec::new(),
    };
    let known = match known_kind(entity) {
        Some(kind) => known(connection, row.connection_id, row.organization_id, kind).await?,
        None => Vec::new(),
    };
    let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    Ok(PreparedJob {
        feed: row.id,
        epoch: row.epoch,
        entity,
        priority: if row.priority == Priority::Backfill.token() {
            Priority::Backfill
        } else {
            Priority::Fresh
        },
        job: Job {
            feed_id: row.id.to_string(),
            epoch: row.epoch.unsigned_abs(),
            connection_id: row.connection_id.to_string(),
            entity: entity.name.to_owned(),
            scope: Some(Scope {
                organization_id: row.organization_id.to_string(),
                organization_name: row.organization.unwrap_or_default(),
                project_id: text(row.project_id),
                project_name: row.project.unwrap_or_default(),
                repository_id: text(row.repository_id),
                repository_name: row.repository.unwrap_or_default(),
            }),
            cursor: row.cursor,
            gaps,
            known,
        },
    })
}

/// What a listing needs to know of earlier ones: projects are asked for again by id when they are missing from the listing,
/// repositories likewise.
fn known_kind(entity: &Entity) -> Option<&'static str> {
    match entity.name {
        "projects" => Some("project"),
        "repositories" => Some("repository"),
        _ => None,
    }
}

async fn known(
    connection: &mut PgConnection,
    of: Uuid,
    organization: Uuid,
    kind: &str,
) -> Result<Vec<Known>, Error> {
    let rows: Vec<(Uuid, String, Uuid)> = sqlx::query_as(
        "SELECT id, name, project_id FROM sync.scopes
         WHERE connection_id = $1 AND organization_id = $2 AND kind = $3
         ORDER BY id",
    )
    .bind(of)
    .bind(organization)
    .bind(kind)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, project)| Known {
            id: id.to_string(),
            name,
            project_id: if kind == "repository" {
                project.to_string()
            } else {
                String::new()
            },
        })
        .collect())
}
