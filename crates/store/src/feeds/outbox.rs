//! Runs that are ordered and whose jobs are not yet known to be stored by NATS.

use std::time::Duration;

use uuid::Uuid;

use super::Tick;
use crate::{Error, Store};

impl Tick {
    /// Runs that still wait for their job to be published, `after` they were ordered: a scheduler died between commit and
    /// publish, or NATS refused. Younger ones are in the hands of whoever ordered them.
    pub async fn run_unpublished(&mut self, after: Duration) -> Result<Vec<(Uuid, i64)>, Error> {
        Ok(sqlx::query_as(
            "SELECT r.feed_id, r.epoch
             FROM sync.runs r
             JOIN sync.feeds f ON f.id = r.feed_id AND f.epoch = r.epoch AND f.running AND f.enabled
             WHERE r.published_at IS NULL AND r.ended_at IS NULL AND r.ordered_at < now() - make_interval(secs => $1)
             ORDER BY r.ordered_at",
        )
        .bind(after.as_secs_f64())
        .fetch_all(&mut *self.transaction)
        .await?)
    }
}

impl Store {
    /// NATS has stored the jobs of these runs.
    pub async fn run_published(&self, runs: &[(Uuid, i64)]) -> Result<(), Error> {
        if runs.is_empty() {
            return Ok(());
        }
        let (feeds, epochs): (Vec<Uuid>, Vec<i64>) = runs.iter().copied().unzip();
        sqlx::query(
            "UPDATE sync.runs r SET published_at = now()
             FROM unnest($1::uuid[], $2::bigint[]) AS p (feed_id, epoch)
             WHERE r.feed_id = p.feed_id AND r.epoch = p.epoch AND r.published_at IS NULL",
        )
        .bind(&feeds)
        .bind(&epochs)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
