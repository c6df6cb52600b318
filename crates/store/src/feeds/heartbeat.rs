//! Signs of life of runs.

use uuid::Uuid;

use crate::{Error, Store};

/// A sign that a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sign {
    /// Feed.
    pub feed: Uuid,
    /// Number of the run.
    pub epoch: i64,
}

impl Store {
    /// Writes down signs of life. Every scheduler hears them all, so that what another has just written is not written again;
    /// and a feed that the writer is committing to needs no sign.
    pub async fn feed_heartbeat(&self, signs: &[Sign]) -> Result<u64, Error> {
        if signs.is_empty() {
            return Ok(0);
        }
        let feeds: Vec<Uuid> = signs.iter().map(|sign| sign.feed).collect();
        let epochs: Vec<i64> = signs.iter().map(|sign| sign.epoch).collect();
        let done = sqlx::query(
            "WITH alive AS (
                 SELECT f.id FROM sync.feeds f
                 JOIN unnest($1::uuid[], $2::bigint[]) AS s (id, epoch) ON f.id = s.id AND f.epoch = s.epoch
                 WHERE f.running AND f.heartbeat_at < now() - interval '900 milliseconds'
                 ORDER BY f.id
                 FOR UPDATE OF f SKIP LOCKED
             )
             UPDATE sync.feeds f SET heartbeat_at = now() FROM alive a WHERE f.id = a.id",
        )
        .bind(&feeds)
        .bind(&epochs)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }
}
