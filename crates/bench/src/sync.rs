//! The first sync, and the one after it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, bail};
use testkit::Stack;
use tokio::time::{Instant, sleep};
use wire::{ENTITIES, proto::control::v1::SyncStatusReply};

use crate::Figure;

/// Each look counts all rows, so that looking often would be measured too.
const LOOK: Duration = Duration::from_secs(1);
/// Nothing at all moves for so long only when something is broken.
const STILL: Duration = Duration::from_mins(3);

/// A sync that has ended.
#[derive(Debug)]
pub(crate) struct Synced {
    pub(crate) figure: Figure,
    pub(crate) status: SyncStatusReply,
    /// As the emulator counted them, by `METHOD template`.
    pub(crate) requests: BTreeMap<String, u64>,
}

/// From the making of the connection to the end of the last run.
pub(crate) async fn first(stack: &Stack) -> anyhow::Result<Synced> {
    stack.emulator.forget_requests().await?;
    stack.connect().await?;
    let begun = "(SELECT min(created_at) FROM auth.connections)";
    ended(stack, begun, 0).await
}

/// All feeds once more; nothing has changed.
pub(crate) async fn again(stack: &Stack, first: &Synced) -> anyhow::Result<Synced> {
    stack.emulator.forget_requests().await?;
    let begun = format!("'{}'::timestamptz", stack.sql("SELECT now()").await?);
    stack.order().await?;
    ended(stack, &begun, records(&first.status)).await
}

async fn ended(stack: &Stack, begun: &str, before: u64) -> anyhow::Result<Synced> {
    let status = settled(stack).await?;
    let took = format!("SELECT extract(epoch FROM max(ended_at) - {begun})::float8 FROM sync.runs");
    let took = stack.sql(&took).await?;
    Ok(Synced {
        figure: Figure {
            records: records(&status).saturating_sub(before),
            seconds: took.parse().context("read how long the runs took")?,
        },
        status,
        requests: stack.emulator.requests().await?,
    })
}

/// Waits until nothing is left to be done: seen twice, since between a commit and the feeds that follow from it there may
/// be a moment of nothing to do.
async fn settled(stack: &Stack) -> anyhow::Result<SyncStatusReply> {
    let mut idle = 0;
    let mut moved = (Instant::now(), 0);
    loop {
        sleep(LOOK).await;
        let status = stack.status().await?;
        let all = status.entities.len() == ENTITIES.len()
            && status.entities.iter().all(|entity| entity.feeds > 0);
        idle = if status.idle && all { idle + 1 } else { 0 };
        if idle == 2 {
            return Ok(status);
        }
        let work = work(&status);
        if work != moved.1 {
            moved = (Instant::now(), work);
        } else if moved.0.elapsed() > STILL {
            bail!("the sync stands still: {status:#?}");
        }
    }
}

fn records(status: &SyncStatusReply) -> u64 {
    status.entities.iter().map(|entity| entity.records).sum()
}

/// What moves while there is work.
fn work(status: &SyncStatusReply) -> u64 {
    let ended: u64 = status.entities.iter().map(|entity| entity.requests).sum();
    let running = status.running.iter().map(|run| run.records + run.requests);
    records(status) + ended + running.sum::<u64>()
}
