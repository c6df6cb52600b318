//! Somebody asks for a sync now.

use uuid::Uuid;
use wire::{Domain, ENTITIES, Entity, Reading};

use crate::{Error, Store};

/// Which feeds are asked for.
#[derive(Clone, Debug, Default)]
pub struct StartFilter {
    /// Name or guid of a connection; empty for all.
    pub connection: String,
    /// Only this domain.
    pub domain: Option<Domain>,
    /// Only this entity.
    pub entity: Option<&'static Entity>,
}

/// What became of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// So many feeds are due now.
    Feeds(u64),
    /// There is no such connection.
    UnknownConnection,
}

impl Store {
    /// The connections of that name or guid; all when it is empty.
    pub async fn connection_find(&self, name: &str) -> Result<Vec<Uuid>, Error> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "SELECT id FROM sync.connections WHERE $1 = '' OR lower(name) = lower($1) OR id::text = lower($1)",
        )
        .bind(name)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Makes feeds due now, whatever they wait for. Details that were refused may be asked for again.
    pub async fn feed_request(&self, filter: &StartFilter) -> Result<Started, Error> {
        let connections = self.connection_find(&filter.connection).await?;
        if connections.is_empty() && !filter.connection.is_empty() {
            return Ok(Started::UnknownConnection);
        }
        // What follows another entity is due by itself when that has changed, and useless when it has not.
        let followers: Vec<&str> = ENTITIES
            .iter()
            .filter(|entity| matches!(entity.reading, Reading::Follows(_)))
            .map(|entity| entity.name)
            .collect();
        let (feeds,): (i64,) = sqlx::query_as(
            "WITH free AS (
                 SELECT id FROM sync.feeds
                 WHERE enabled AND connection_id = ANY ($1)
                   AND ($2::text IS NULL OR domain = $2) AND ($3::text IS NULL OR entity = $3)
                   AND ($3::text IS NOT NULL OR entity <> ALL ($4))
                 ORDER BY id
                 FOR UPDATE
             ), requested AS (
                 UPDATE sync.feeds f SET requested = true, due_at = least(f.due_at, now())
                 FROM free o WHERE f.id = o.id
                 RETURNING f.organization_id, f.entity
             ), again AS (
                 UPDATE sync.details d SET not_before = now()
                 FROM (SELECT DISTINCT organization_id, entity FROM requested) AS r
                 WHERE d.organization_id = r.organization_id AND d.entity = r.entity
                   AND d.state = 'refused' AND d.not_before > now()
             )
             SELECT count(*) FROM requested",
        )
        .bind(&connections)
        .bind(filter.domain.map(Domain::name))
        .bind(filter.entity.map(|entity| entity.name))
        .bind(followers)
        .fetch_one(&self.pool)
        .await?;
        Ok(Started::Feeds(feeds.unsigned_abs()))
    }
}
