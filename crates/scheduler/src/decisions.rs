//! The loop of decisions. It is woken by events, so that a chain of runs does not wait for a timer, and by a timer, so that
//! no event is needed.

use std::{sync::Arc, time::Duration};

use bus::Bus;
use chassis::{Condition, Lifecycle};
use store::Store;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout_at},
};

use crate::{Decided, Decider, publish::publish};

/// Events that come closer together than this make one decision; or than the last decision took, so that decisions take at
/// most half of the time, however many events there are.
const COALESCE: Duration = Duration::from_millis(20);
/// When another scheduler decides at this moment, it may not have seen what woke this one.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// Says that something may have become due.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wake(Arc<Notify>);

impl Wake {
    pub(crate) fn up(&self) {
        self.0.notify_one();
    }
}

pub(crate) struct Decisions {
    pub(crate) decider: Decider,
    pub(crate) bus: Bus,
    pub(crate) store: Store,
    pub(crate) wake: Wake,
    pub(crate) tick: Duration,
    pub(crate) database: Condition,
}

impl Decisions {
    pub(crate) async fn run(mut self, lifecycle: Lifecycle) -> anyhow::Result<()> {
        let mut woken = true;
        while !lifecycle.is_stopping() {
            let began = Instant::now();
            let busy = self.decide().await?;
            if busy && woken {
                self.wake.up();
            }
            let pause = if busy {
                BUSY_PAUSE
            } else {
                COALESCE.max(began.elapsed())
            };
            let next = Instant::now() + pause;
            tokio::select! {
                () = sleep_until(next) => {}
                () = lifecycle.soft.cancelled() => break,
            }
            let timer = (began + self.tick).max(next);
            tokio::select! {
                notified = timeout_at(timer, self.wake.0.notified()) => woken = notified.is_ok(),
                () = lifecycle.soft.cancelled() => break,
            }
        }
        Ok(())
    }

    /// Decides once; true when another scheduler was at it.
    async fn decide(&mut self) -> anyhow::Result<bool> {
        let decided = match self.decider.decide().await {
            Ok(decided) => decided,
            Err(error) => return self.endure(error),
        };
        self.database.met();
        let Decided::Jobs(jobs) = decided else {
            return Ok(true);
        };
        match publish(&self.bus, &self.store, jobs).await {
            Ok(()) => Ok(false),
            Err(error) => self.endure(error),
        }
    }

    /// A database that is away comes back: nothing is lost, since nothing was decided.
    fn endure(&self, error: store::Error) -> anyhow::Result<bool> {
        if !error.is_transient() {
            return Err(error.into());
        }
        tracing::warn!("no decision was made: {:#}", anyhow::Error::new(error));
        self.database.unmet("the database does not answer");
        Ok(false)
    }
}
