//! What runs tell of themselves: kept in memory for those who look, and written down as signs of life.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bus::Bus;
use chassis::Lifecycle;
use futures::StreamExt as _;
use store::{Store, feeds::Sign};
use tokio::time::{Instant, MissedTickBehavior};
use uuid::Uuid;
use wire::{proto::control::v1::Progress, subject};

/// Signs of life are written down together.
const TOGETHER: Duration = Duration::from_secs(1);
/// What has not been told for so long is no longer shown.
const FORGOTTEN: Duration = Duration::from_mins(2);

/// The latest that each run has told. Every scheduler hears everything, since any may be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told(Arc<Mutex<HashMap<Uuid, (Instant, Progress)>>>);

impl Told {
    /// The latest that this run has told.
    pub(crate) fn of(&self, feed: Uuid, epoch: i64) -> Option<Progress> {
        let told = self.told();
        let (_, progress) = told.get(&feed)?;
        (i64::try_from(progress.epoch) == Ok(epoch)).then(|| progress.clone())
    }

    fn hear(&self, progress: Progress) -> Option<Sign> {
        let feed = progress.feed_id.parse().ok()?;
        let epoch = progress.epoch.try_into().ok()?;
        self.told().insert(feed, (Instant::now(), progress));
        Some(Sign { feed, epoch })
    }

    fn forget(&self) {
        self.told().retain(|_, (at, _)| at.elapsed() < FORGOTTEN);
    }

    fn told(&self) -> MutexGuard<'_, HashMap<Uuid, (Instant, Progress)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens until the life ends.
pub(crate) async fn listen(
    bus: Bus,
    store: Store,
    told: Told,
    lifecycle: Lifecycle,
) -> anyhow::Result<()> {
    let mut events = bus.subscribe::<Progress>(subject::PROGRESS, None).await?;
    let mut signs: HashSet<Sign> = HashSet::new();
    let mut timer = tokio::time::interval(TOGETHER);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = lifecycle.soft.cancelled() => return Ok(()),
            event = events.next() => match event {
                Some(Ok(progress)) => signs.extend(told.hear(progress)),
                Some(Err(error @ bus::Error::Decode { .. })) => tracing::debug!("{error}"),
                Some(Err(error)) => return Err(error.into()),
                None => anyhow::bail!("the subscription to {} ended", subject::PROGRESS),
            },
            _ = timer.tick() => {
                told.forget();
                let alive: Vec<Sign> = signs.drain().collect();
                if let Err(error) = store.feed_heartbeat(&alive).await {
                    // A run that is alive says so again within a second.
                    tracing::debug!("signs of life are lost: {:#}", anyhow::Error::new(error));
                }
            }
        }
    }
}
