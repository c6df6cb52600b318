//! The first sync, until nothing is left to be read.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use bus::Bus;
use wire::proto::control::v1::{SyncStatusReply, SyncStatusRequest};
use wire::{ENTITIES, subject};

use crate::house::{House, PERSON};
use crate::progress::Progress;

const POLL: Duration = Duration::from_millis(400);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Between a commit and the feeds that follow from it there may be a moment of nothing to do.
const IDLE_LOOKS: usize = 3;
/// Nothing at all moves for so long only when something is broken.
const STILL: Duration = Duration::from_mins(3);

/// How the sync ended.
#[derive(Debug)]
pub(crate) struct Synced {
    pub(crate) status: SyncStatusReply,
    pub(crate) took: Duration,
}

/// Shows the sync until it has ended.
pub(crate) async fn first_sync(house: &mut House) -> anyhow::Result<Synced> {
    let bus = Bus::connect(PERSON, &house.nats_login()?)
        .await
        .context("connect to NATS")?;
    let began = Instant::now();
    let mut progress = Progress::new();
    let mut idle = 0;
    let mut moved = (Instant::now(), SyncStatusReply::default());
    loop {
        house.services.check()?;
        let status = status(&bus).await?;
        progress.show(&status, began.elapsed());
        idle = if is_done(&status) { idle + 1 } else { 0 };
        if idle >= IDLE_LOOKS {
            progress.end();
            return Ok(Synced {
                status,
                took: began.elapsed(),
            });
        }
        if work(&status) != work(&moved.1) {
            moved = (Instant::now(), status);
        } else if moved.0.elapsed() > STILL {
            progress.end();
            bail!(
                "the sync has stood still for {} s: {:?}; the logs are in {}",
                STILL.as_secs(),
                moved.1,
                house.directory.of("logs").display()
            );
        }
        tokio::time::sleep(POLL).await;
    }
}

/// How the sync of everything stands.
async fn status(bus: &Bus) -> anyhow::Result<SyncStatusReply> {
    let request = SyncStatusRequest::default();
    let reply: SyncStatusReply = bus
        .request(subject::SYNC_STATUS, &request, ANSWER_WITHIN)
        .await
        .context("ask the scheduler how the sync stands")?;
    if !reply.error.is_empty() {
        bail!(
            "the scheduler does not tell how the sync stands: {}",
            reply.error
        );
    }
    Ok(reply)
}

/// Nothing is left to do, and every entity has had its turn.
fn is_done(status: &SyncStatusReply) -> bool {
    let has_feeds = |name: &str| {
        status
            .entities
            .iter()
            .any(|one| one.entity == name && one.feeds > 0)
    };
    status.idle && ENTITIES.iter().all(|entity| has_feeds(entity.name))
}

/// What moves while there is work.
fn work(status: &SyncStatusReply) -> (Vec<u64>, Vec<u64>) {
    let entities = status
        .entities
        .iter()
        .map(|one| one.records + one.requests + one.complete);
    let running = status.running.iter().map(|run| run.records + run.requests);
    (entities.collect(), running.collect())
}

#[cfg(test)]
mod tests {
    use wire::proto::control::v1::EntityStatus;

    use super::*;

    #[test]
    fn idle_is_not_done_while_an_entity_has_had_no_turn() {
        let entity = |name: &str, feeds| EntityStatus {
            entity: name.to_owned(),
            feeds,
            ..EntityStatus::default()
        };
        let mut status = SyncStatusReply {
            idle: true,
            entities: ENTITIES.iter().map(|one| entity(one.name, 1)).collect(),
            ..SyncStatusReply::default()
        };
        assert!(is_done(&status));
        status.entities[3].feeds = 0;
        assert!(!is_done(&status));
    }
}
