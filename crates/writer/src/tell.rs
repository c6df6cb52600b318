//! Tells after a commit: the records that changed, and the runs that ended.

use bus::{ChangedRecord, PublishError};
use store::{Change, Ended, PageResult};
use wire::{Entity, content_type, proto::control::v1::RunEnded, subject};

use crate::{
    patience::{chain, pause, pauses},
    work::{Page, Writer},
};

/// Room for the headers of a message: a key may be a long path.
const HEADERS: usize = 64 << 10;

impl Writer {
    /// Tells. False when the process must end first: not acknowledged, the pages come again, and another writer tells.
    pub(crate) async fn tell(
        &self,
        entity: &Entity,
        pages: &[Page],
        mut results: Vec<PageResult>,
    ) -> bool {
        let told = self.publish(pages, records(entity, &mut results)).await;
        for ended in results.iter().filter_map(|result| result.ended.as_ref()) {
            // The scheduler finds it without being told, only later.
            let _ = self
                .bus
                .publish_event(subject::RUN_ENDED, &run_ended(ended))
                .await;
        }
        told
    }

    async fn publish(&self, pages: &[Page], mut records: Vec<ChangedRecord>) -> bool {
        let feed = pages.first().map_or(0, |page| page.envelope.feed.as_u128());
        let mut slim = false;
        for wait in pauses(feed) {
            if records.is_empty() {
                return true;
            }
            match self.bus.publish_records(records.clone()).await {
                Ok(()) => return true,
                Err(PublishError::TooLarge { most, .. }) if !slim => {
                    slim = true;
                    slim_down(&mut records, most);
                    continue;
                }
                Err(PublishError::TooLarge { bytes, most }) => {
                    // Not to tell one record must not keep all others from being told.
                    tracing::error!(
                        "a change cannot be told: its headers alone make {bytes} bytes, and NATS takes {most}"
                    );
                    records.retain(|record| header_bytes(record) < HEADERS / 2);
                    continue;
                }
                Err(error) => tracing::warn!(
                    error = chain(&error),
                    "failed to tell {} changes; trying again",
                    records.len()
                ),
            }
            if pause(&self.lifecycle, pages, wait).await.is_none() {
                return false;
            }
        }
        false
    }
}

/// The public records of a commit, in the order of their pages.
fn records(entity: &Entity, results: &mut [PageResult]) -> Vec<ChangedRecord> {
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

/// A record larger than a message may be is told without its content: the key says what to look up.
fn slim_down(records: &mut [ChangedRecord], most: usize) {
    for record in records {
        let bytes = record.payload.len();
        if bytes + HEADERS > most {
            tracing::warn!(
                "a changed record of {bytes} bytes is told without its content, since NATS takes {most}"
            );
            record.payload.clear();
            record.headers.push(("Adit-Omitted", bytes.to_string()));
        }
    }
}

fn header_bytes(record: &ChangedRecord) -> usize {
    let headers = record.headers.iter();
    headers.map(|(name, value)| name.len() + value.len()).sum()
}

/// The message that a run has ended.
fn run_ended(ended: &Ended) -> RunEnded {
    RunEnded {
        feed_id: ended.feed.to_string(),
        epoch: u64::try_from(ended.epoch).unwrap_or_default(),
        entity: ended.entity.name.to_owned(),
        outcome: Some(ended.outcome.clone()),
    }
}

#[cfg(test)]
mod tests {
    use store::Operation;
    use wire::entity;

    use super::*;

    fn change(record: Vec<u8>) -> Change {
        Change {
            organization: uuid::Uuid::from_u128(1),
            project: None,
            key: "7".to_owned(),
            operation: Operation::Deleted,
            hash: -3,
            record,
        }
    }

    #[test]
    fn a_record_says_what_it_is_and_what_happened_to_it() {
        let record = record(entity("builds").unwrap(), change(Vec::new()));
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

    #[test]
    fn a_record_too_large_for_a_message_is_told_without_its_content() {
        let builds = entity("builds").unwrap();
        let mut records = [3, 2 << 20].map(|bytes| record(builds, change(vec![0; bytes])));
        slim_down(&mut records, 1 << 20);
        assert_eq!(records[0].payload.len(), 3);
        assert!(records[1].payload.is_empty());
        assert_eq!(
            records[1].headers.last(),
            Some(&("Adit-Omitted", "2097152".to_owned()))
        );
    }
}
