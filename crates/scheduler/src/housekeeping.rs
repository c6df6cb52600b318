//! Keeps the books short, and tells how old the readings are.

use std::time::Duration;

use chassis::Lifecycle;
use jiff::SignedDuration;
use store::Store;
use tokio::time::{Instant, MissedTickBehavior};

use crate::measure;

/// How often old runs are forgotten.
const EVERY: Duration = Duration::from_hours(1);
/// How old they are then.
const AGE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often the age of readings is measured.
const MEASURED: Duration = Duration::from_secs(15);

pub(crate) async fn keep(store: Store, lifecycle: Lifecycle) -> anyhow::Result<()> {
    let mut timer = tokio::time::interval(MEASURED);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pruned: Option<Instant> = None;
    loop {
        tokio::select! {
            () = lifecycle.soft.cancelled() => return Ok(()),
            _ = timer.tick() => {}
        }
        if let Err(error) = measure::freshness(&store).await {
            tracing::debug!(
                "the age of readings is not known: {:#}",
                anyhow::Error::new(error)
            );
        }
        if pruned.is_some_and(|at| at.elapsed() < EVERY) {
            continue;
        }
        pruned = Some(Instant::now());
        match store.run_prune(AGE).await {
            Ok(forgotten) => tracing::debug!(
                pages = forgotten.pages,
                runs = forgotten.runs,
                keys = forgotten.keys,
                "old runs are forgotten"
            ),
            Err(error) => tracing::warn!("old runs stay: {:#}", anyhow::Error::new(error)),
        }
    }
}
