//! The life of a process: it runs until it is asked to stop, then finishes what is in hand, and at last drops what will not end.
//!
//! Two tokens say so. `soft`: take no new work, finish the page in hand, acknowledge, flush. `hard`: the time is over. A task
//! that ends unasked is a crash, whether it returned, failed or panicked: a service that lost one of its loops would otherwise
//! look healthy and do half its work.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::{Condition, Readiness};

/// What is dropped at the end gets this long to be dropped.
const DROP_TIME: Duration = Duration::from_secs(2);

/// The life of a process, shared by all its services and tasks.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    /// Cancelled: take no new work, finish what is in hand.
    pub soft: CancellationToken,
    /// Cancelled: stop now.
    pub hard: CancellationToken,
    /// Waits for its tasks at shutdown. For tasks that may end by themselves; the others belong in [`spawn`](Self::spawn).
    pub tracker: TaskTracker,
    /// What must hold before work may come.
    pub readiness: Readiness,
    service: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    running: Vec<(&'static str, &'static str)>,
    crash: Option<anyhow::Error>,
}

/// How a life ended.
#[derive(Debug)]
pub enum End {
    /// All tasks ended when they were asked to.
    Clean,
    /// Some had to be dropped: these, as `service/task`.
    Dropped(Vec<String>),
    /// A task ended unasked, or failed.
    Crash(anyhow::Error),
}

impl Lifecycle {
    /// A new life. [`run`](crate::run) makes one for a process; tests make their own.
    pub fn new(service: &'static str) -> Self {
        Self {
            soft: CancellationToken::new(),
            hard: CancellationToken::new(),
            tracker: TaskTracker::new(),
            readiness: Readiness::default(),
            service,
            state: Arc::default(),
        }
    }

    /// The same life for one of several services in a process; its tasks and conditions carry its name.
    #[must_use]
    pub fn service(&self, name: &'static str) -> Self {
        Self {
            service: name,
            ..self.clone()
        }
    }

    /// The service that this handle belongs to.
    pub fn service_name(&self) -> &'static str {
        self.service
    }

    /// Whether the process has been asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Adds a condition of readiness; it does not hold yet.
    pub fn condition(&self, name: &'static str) -> Condition {
        self.readiness.condition(self.service, name)
    }

    /// Runs a task that must live until the soft token is cancelled. It is dropped when the hard one is.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.state().running.push((self.service, name));
        let work = self.tracker.spawn(task.in_current_span());
        let lifecycle = self.clone();
        self.tracker.spawn(async move {
            let handle = work.abort_handle();
            tokio::select! {
                biased;
                ended = work => lifecycle.ended(name, ended),
                () = lifecycle.hard.cancelled() => handle.abort(),
            }
        });
    }

    /// Ends the process because of this. Only the first crash is told at the end; the others are logged.
    pub fn crash(&self, error: anyhow::Error) {
        let mut state = self.state();
        if state.crash.is_none() {
            state.crash = Some(error);
        } else {
            tracing::error!("failed as well: {error:#}");
        }
        self.soft.cancel();
    }

    /// Asks all tasks to stop, gives them `grace`, drops the rest.
    pub async fn end(&self, grace: Duration) -> End {
        self.soft.cancel();
        self.tracker.close();
        let ended = tokio::select! {
            () = self.tracker.wait() => true,
            () = self.hard.cancelled() => false,
            () = tokio::time::sleep(grace) => false,
        };
        // The hard token empties the tracker as well, and either may be noticed first; a task that
        // was dropped has not taken itself off this list.
        let left = std::mem::take(&mut self.state().running);
        if !ended {
            self.hard.cancel();
            // What does not even notice that is dropped with the runtime.
            let _ = tokio::time::timeout(DROP_TIME, self.tracker.wait()).await;
        }
        if let Some(crash) = self.state().crash.take() {
            return End::Crash(crash);
        }
        if ended && left.is_empty() {
            return End::Clean;
        }
        End::Dropped(
            left.iter()
                .map(|(service, task)| format!("{service}/{task}"))
                .collect(),
        )
    }

    fn ended(&self, name: &'static str, ended: Result<anyhow::Result<()>, JoinError>) {
        let service = self.service;
        {
            let mut state = self.state();
            if let Some(at) = state
                .running
                .iter()
                .position(|task| *task == (service, name))
            {
                state.running.swap_remove(at);
            }
        }
        let reason = match ended {
            Ok(Ok(())) if self.is_stopping() => return,
            Ok(Ok(())) => anyhow!("{name} of {service} ended unasked"),
            Ok(Err(error)) => error.context(format!("{name} of {service} failed")),
            Err(error) if error.is_panic() => anyhow!("{name} of {service} panicked"),
            Err(_) => return,
        };
        self.crash(reason);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn work_in_hand_is_finished() {
        let lifecycle = Lifecycle::new("writer");
        let soft = lifecycle.soft.clone();
        lifecycle.spawn("pages", async move {
            soft.cancelled().await;
            tokio::time::sleep(GRACE / 2).await;
            Ok(())
        });
        assert!(matches!(lifecycle.end(GRACE).await, End::Clean));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_does_not_end_is_dropped_by_name() {
        let lifecycle = Lifecycle::new("writer");
        lifecycle.spawn("pages", std::future::pending());
        let End::Dropped(left) = lifecycle.end(GRACE).await else {
            panic!("it cannot have ended")
        };
        assert_eq!(left, ["writer/pages"]);
        assert!(lifecycle.tracker.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_hard_token_does_not_wait_for_the_grace() {
        let lifecycle = Lifecycle::new("writer");
        lifecycle.spawn("pages", std::future::pending());
        lifecycle.hard.cancel();
        let before = tokio::time::Instant::now();
        assert!(matches!(lifecycle.end(GRACE).await, End::Dropped(_)));
        assert!(before.elapsed() < GRACE / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_was_dropped_before_the_end_was_dropped_all_the_same() {
        let lifecycle = Lifecycle::new("writer");
        lifecycle.spawn("pages", std::future::pending());
        lifecycle.hard.cancel();
        lifecycle.tracker.close();
        lifecycle.tracker.wait().await;
        assert!(matches!(lifecycle.end(GRACE).await, End::Dropped(_)));
    }

    async fn check(
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
        expected: &str,
    ) {
        let lifecycle = Lifecycle::new("writer");
        lifecycle.spawn("pages", task);
        lifecycle.soft.cancelled().await;
        let End::Crash(error) = lifecycle.end(GRACE).await else {
            panic!("it was a crash")
        };
        assert_eq!(format!("{error:#}"), expected);
    }

    #[tokio::test]
    async fn a_task_that_ends_unasked_is_a_crash() {
        check(async { Ok(()) }, "pages of writer ended unasked").await;
        check(
            async { Err(anyhow!("no disk")) },
            "pages of writer failed: no disk",
        )
        .await;
        check(async { panic!("a bug") }, "pages of writer panicked").await;
    }
}
