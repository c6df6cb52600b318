//! Counts what became of pages and records.

use std::time::Duration;

use jiff::Timestamp;
use store::{Fate, PageResult};
use telemetry::{RowOutcome, metrics};
use wire::Entity;

/// Counts committed pages, and what became of their records.
pub(crate) fn count(entity: &Entity, results: &[PageResult]) {
    let metrics = metrics();
    let committed = results
        .iter()
        .filter(|result| result.fate == Fate::Committed);
    metrics.pages_committed(entity.name, committed.clone().count() as u64);
    for counts in committed.map(|result| result.counts) {
        for (outcome, rows) in [
            (RowOutcome::Created, counts.created),
            (RowOutcome::Updated, counts.updated),
            (RowOutcome::Unchanged, counts.unchanged),
            (RowOutcome::Deleted, counts.deleted),
            (RowOutcome::Dead, counts.dead),
        ] {
            metrics.rows(entity.name, outcome, rows.into());
        }
    }
}

/// Tells how old the newest page of a commit was.
pub(crate) fn lag(entity: &Entity, observed_at: Option<Timestamp>, now: Timestamp) {
    if let Some(observed_at) = observed_at {
        // Azure DevOps' clock may be ahead of ours.
        let lag = Duration::try_from(now.duration_since(observed_at)).unwrap_or_default();
        metrics().lag(entity.name, lag);
    }
}
