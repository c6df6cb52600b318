//! What is told after a commit: the records that changed, and the runs that ended.

use bus::ChangedRecord;
use store::{Change, Ended, PageResult};
use telemetry::{RowOutcome, metrics};
use wire::{Entity, content_type, proto::control::v1::RunEnded, subject};

/// The public records of a commit, in the order of their pages.
pub(crate) fn records(entity: &Entity, results: &mut [PageResult]) -> Vec<ChangedRecord> {
    let changes = results
        .iter_mut()
        .flat_map(|result| std::mem::take(&mut result.changes));
    changes.map(|change| record(entity, change)).collect()
}

fn record(entity: &Entity, change: Change) -> ChangedRecord {
    ChangedRecord {
        subject: subject::record(change.organization, change.project, entity),
        headers: vec![
            ("Content-Type", content_type(entity.record_message)),
            ("Adit-Operation", change.operation.name().to_owned()),
            ("Adit-Key", change.key),
            ("Adit-Hash", change.hash.to_string()),
        ],
        payload: change.record,
    }
}

/// The message that a run has ended.
pub(crate) fn run_ended(ended: &Ended) -> RunEnded {
    RunEnded {
        feed_id: ended.feed.to_string(),
        epoch: u64::try_from(ended.epoch).unwrap_or_default(),
        entity: ended.entity.name.to_owned(),
        outcome: Some(ended.outcome.clone()),
    }
}

/// Counts what became of the records.
pub(crate) fn count(entity: &Entity, results: &[PageResult]) {
    let metrics = metrics();
    metrics.pages_committed(entity.name, results.len() as u64);
    for counts in results.iter().map(|result| result.counts) {
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

#[cfg(test)]
mod tests {
    use store::Operation;
    use wire::entity;

    use super::*;

    #[test]
    fn a_record_says_what_it_is_and_what_happened_to_it() {
        let change = Change {
            organization: uuid::Uuid::from_u128(1),
            project: None,
            key: "7".to_owned(),
            operation: Operation::Deleted,
            hash: -3,
            record: Vec::new(),
        };
        let record = record(entity("builds").unwrap(), change);
        assert_eq!(
            record.subject,
            "adit.records.v1.00000000-0000-0000-0000-000000000001.-.pipelines.builds"
        );
        assert_eq!(
            record.headers,
            [
                (
                    "Content-Type",
                    "application/x-protobuf; messageType=adit.pipelines.v1.Build".to_owned()
                ),
                ("Adit-Operation", "deleted".to_owned()),
                ("Adit-Key", "7".to_owned()),
                ("Adit-Hash", "-3".to_owned()),
            ]
        );
    }
}
