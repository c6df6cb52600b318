//! Loads feeds.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Feed, Status, Tick};
use crate::Error;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    connection_id: Uuid,
    organization_id: Uuid,
    project_id: Option<Uuid>,
    repository_id: Option<Uuid>,
    entity: String,
    epoch: i64,
    running: bool,
    requested: bool,
    due_at: jiff_sqlx::Timestamp,
    ordered_at: Option<jiff_sqlx::Timestamp>,
    heartbeat_at: Option<jiff_sqlx::Timestamp>,
    ended_at: Option<jiff_sqlx::Timestamp>,
    complete_at: Option<jiff_sqlx::Timestamp>,
    changed_at: Option<jiff_sqlx::Timestamp>,
    status: String,
    reason: String,
    failures: i32,
    completeness: Option<String>,
    priority: Option<String>,
}

impl Tick {
    /// Every enabled feed of the active connections.
    pub async fn feed_list(&mut self) -> Result<Vec<Feed>, Error> {
        list(&mut self.transaction, None).await
    }
}

/// Every enabled feed of the active connections, or of some of them. Entities that this build does not know are left to the
/// builds that do.
pub(crate) async fn list(
    connection: &mut PgConnection,
    only: Option<&[Uuid]>,
) -> Result<Vec<Feed>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT f.id, f.connection_id, f.organization_id, f.project_id, f.repository_id, f.entity, f.epoch, f.running,
                f.requested, f.due_at, f.ordered_at, f.heartbeat_at, f.ended_at, f.complete_at, f.changed_at, f.status,
                f.reason, f.failures, r.completeness, r.priority
         FROM sync.feeds f
         JOIN sync.connections c ON c.id = f.connection_id AND c.state = 'active'
         LEFT JOIN sync.runs r ON r.feed_id = f.id AND r.epoch = f.epoch
         WHERE f.enabled AND ($1::uuid[] IS NULL OR f.connection_id = ANY ($1))",
    )
    .bind(only)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().filter_map(feed).collect())
}

fn feed(row: Row) -> Option<Feed> {
    let time = |time: Option<jiff_sqlx::Timestamp>| time.map(jiff_sqlx::Timestamp::to_jiff);
    let completeness = row.completeness.as_deref().unwrap_or_default();
    Some(Feed {
        id: row.id,
        connection: row.connection_id,
        organization: row.organization_id,
        project: row.project_id,
        repository: row.repository_id,
        entity: wire::entity(&row.entity)?,
        epoch: row.epoch,
        running: row.running,
        requested: row.requested,
        due_at: row.due_at.to_jiff(),
        ordered_at: time(row.ordered_at),
        heartbeat_at: time(row.heartbeat_at),
        ended_at: time(row.ended_at),
        complete_at: time(row.complete_at),
        changed_at: time(row.changed_at),
        status: Status::read(&row.status),
        reason: row.reason,
        failures: row.failures,
        interrupted: matches!(completeness, "interrupted" | "lost"),
        backfill: row.priority.as_deref() == Some("backfill"),
    })
}
