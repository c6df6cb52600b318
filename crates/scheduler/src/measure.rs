//! What is measured: run durations as runs end, and how old the oldest reading of each entity is.

use std::{sync::LazyLock, time::Duration};

use bus::Bus;
use chassis::{
    Lifecycle,
    telemetry::{RunOutcome, meter, metrics},
};
use futures::StreamExt as _;
use opentelemetry::{KeyValue, metrics::Gauge};
use store::Store;
use wire::{
    proto::control::v1::{Completeness, RunEnded},
    subject,
};

use crate::decisions::Wake;

/// The group in which each event and request goes to one scheduler.
pub(crate) const GROUP: &str = "scheduler";

static FRESHNESS: LazyLock<Gauge<f64>> = LazyLock::new(|| {
    meter()
        .f64_gauge("adit.freshness")
        .with_unit("s")
        .with_description("Since the oldest feed of an entity was last read completely")
        .build()
});

/// Hears of ended runs: one scheduler measures each, and decides at once what it makes due.
pub(crate) async fn listen(bus: Bus, wake: Wake, lifecycle: Lifecycle) -> anyhow::Result<()> {
    let mut events = bus
        .subscribe::<RunEnded>(subject::RUN_ENDED, Some(GROUP))
        .await?;
    loop {
        let event = tokio::select! {
            () = lifecycle.soft.cancelled() => return Ok(()),
            event = events.next() => event,
        };
        match event {
            Some(Ok(ended)) => {
                measure(&ended);
                wake.up();
            }
            Some(Err(error @ bus::Error::Decode { .. })) => tracing::debug!("{error}"),
            Some(Err(error)) => return Err(error.into()),
            None => anyhow::bail!("the subscription to {} ended", subject::RUN_ENDED),
        }
    }
}

fn measure(ended: &RunEnded) {
    let (Some(entity), Some(outcome)) = (wire::entity(&ended.entity), &ended.outcome) else {
        return;
    };
    let fate = match outcome.completeness() {
        Completeness::Complete => RunOutcome::Complete,
        Completeness::Partial => RunOutcome::Partial,
        Completeness::Unspecified | Completeness::Failed | Completeness::Interrupted => {
            RunOutcome::Failed
        }
    };
    metrics().run(entity.name, fate, Duration::from_millis(outcome.elapsed_ms));
}

/// Measures how old the oldest readings are.
pub(crate) async fn freshness(store: &Store) -> Result<(), store::Error> {
    for (name, oldest, now) in store.feed_freshness().await? {
        if let Some(entity) = wire::entity(&name) {
            FRESHNESS.record(
                now.duration_since(oldest).as_secs_f64(),
                &[KeyValue::new("entity", entity.name)],
            );
        }
    }
    Ok(())
}
