//! Orders runs: each feed once, behind the fence of its epoch.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;
use wire::subject::Priority;

use super::Tick;
use crate::Error;

/// A run to be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Feed.
    pub feed: Uuid,
    /// Number of the run: the feed's present one and 1.
    pub epoch: i64,
    /// Whether it takes the place of a run that is given up.
    pub lost: bool,
    /// In which queue its job waits.
    pub priority: Priority,
    /// Since when the feed has been due.
    pub due_at: Timestamp,
}

impl Tick {
    /// Orders runs, and gives the feeds that were ordered. A feed whose epoch or run has changed since it was looked at is
    /// left alone, and so is one that the writer is committing to at this moment: it is alive.
    pub async fn run_order(&mut self, runs: &[NewRun]) -> Result<Vec<Uuid>, Error> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let feeds: Vec<Uuid> = runs.iter().map(|run| run.feed).collect();
        let epochs: Vec<i64> = runs.iter().map(|run| run.epoch).collect();
        let lost: Vec<bool> = runs.iter().map(|run| run.lost).collect();
        let priorities: Vec<&str> = runs.iter().map(|run| run.priority.token()).collect();
        let dues: Vec<jiff_sqlx::Timestamp> = runs.iter().map(|run| run.due_at.to_sqlx()).collect();
        let ordered: Vec<(Uuid,)> = sqlx::query_as(
            "WITH wanted AS (
                 SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::text[], $5::timestamptz[])
                     AS w (id, epoch, lost, priority, due_at)
             ), free AS (
                 SELECT f.id, w.epoch, w.lost, w.priority, w.due_at
                 FROM sync.feeds f JOIN wanted w ON w.id = f.id
                 WHERE f.enabled AND f.epoch = w.epoch - 1 AND f.running = w.lost
                 ORDER BY f.id
                 FOR UPDATE OF f SKIP LOCKED
             ), ordered AS (
                 UPDATE sync.feeds f
                 SET epoch = o.epoch, running = true, requested = false, contiguous_page = 0, due_at = o.due_at,
                     ordered_at = now(), heartbeat_at = now(), failures = f.failures + o.lost::integer
                 FROM free o WHERE f.id = o.id
                 RETURNING f.id, f.epoch, o.priority
             ), ended AS (
                 UPDATE sync.runs r
                 SET ended_at = now(), completeness = 'lost', reason = 'lost',
                     explanation = 'Nothing was heard of the run for longer than its lease; it was ordered again.'
                 FROM ordered o WHERE r.feed_id = o.id AND r.epoch < o.epoch AND r.ended_at IS NULL
             )
             INSERT INTO sync.runs (feed_id, epoch, priority, ordered_at)
             SELECT id, epoch, priority, now() FROM ordered
             RETURNING feed_id",
        )
        .bind(&feeds)
        .bind(&epochs)
        .bind(&lost)
        .bind(&priorities)
        .bind(&dues)
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(ordered.into_iter().map(|(feed,)| feed).collect())
    }

    /// Writes down when feeds are due; those that the writer is committing to are left for the next decision.
    pub async fn feed_reschedule(&mut self, dues: &[(Uuid, Timestamp)]) -> Result<(), Error> {
        if dues.is_empty() {
            return Ok(());
        }
        let feeds: Vec<Uuid> = dues.iter().map(|(feed, _)| *feed).collect();
        let times: Vec<jiff_sqlx::Timestamp> = dues.iter().map(|(_, at)| at.to_sqlx()).collect();
        sqlx::query(
            "WITH wanted AS (
                 SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS w (id, due_at)
             ), free AS (
                 SELECT f.id, w.due_at FROM sync.feeds f JOIN wanted w ON w.id = f.id
                 WHERE NOT f.running
                 ORDER BY f.id
                 FOR UPDATE OF f SKIP LOCKED
             )
             UPDATE sync.feeds f SET due_at = o.due_at FROM free o WHERE f.id = o.id",
        )
        .bind(&feeds)
        .bind(&times)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
