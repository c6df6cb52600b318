//! Forgets old runs: their pages, themselves, and keys of sweeps that never ended.

use jiff::{SignedDuration, Timestamp};

use crate::{Error, Store};

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Pages of the ledger.
    pub pages: u64,
    /// Runs.
    pub runs: u64,
    /// Keys of sweeps.
    pub keys: u64,
}

impl Store {
    /// Forgets what is older than `age`, but never the newest run of a feed.
    pub async fn run_prune(&self, age: SignedDuration) -> Result<Pruned, Error> {
        let seconds = age.as_secs_f64();
        let pages = sqlx::query(
            "DELETE FROM sync.pages p USING sync.feeds f
             WHERE p.feed_id = f.id AND p.epoch < f.epoch AND p.committed_at < now() - make_interval(secs => $1)",
        )
        .bind(seconds)
        .execute(&self.pool)
        .await?;
        let runs = sqlx::query(
            "DELETE FROM sync.runs r USING sync.feeds f
             WHERE r.feed_id = f.id AND r.epoch < f.epoch AND r.ordered_at < now() - make_interval(secs => $1)",
        )
        .bind(seconds)
        .execute(&self.pool)
        .await?;
        // The writer empties them at the end of a run; a run that is given up has none. Those of the newest run stay.
        let keys = sqlx::query(
            "DELETE FROM sync.sweep_keys k USING sync.feeds f WHERE k.feed_id = f.id AND k.epoch < f.epoch",
        )
        .execute(&self.pool)
        .await?;
        Ok(Pruned {
            pages: pages.rows_affected(),
            runs: runs.rows_affected(),
            keys: keys.rows_affected(),
        })
    }

    /// For each entity, the time of its oldest complete reading over all feeds; feeds never read completely do not count.
    pub async fn feed_freshness(&self) -> Result<Vec<(String, Timestamp, Timestamp)>, Error> {
        let rows: Vec<(String, jiff_sqlx::Timestamp, jiff_sqlx::Timestamp)> = sqlx::query_as(
            "SELECT entity, min(complete_at), now() FROM sync.feeds
             WHERE enabled AND complete_at IS NOT NULL GROUP BY entity",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(entity, oldest, now)| (entity, oldest.to_jiff(), now.to_jiff()))
            .collect())
    }
}
