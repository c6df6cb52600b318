//! What a client waits for, for those who watch.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Why no request of this client is on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// For nothing but Azure DevOps' answer.
    #[default]
    No,
    /// For the pace's permit.
    Pace,
    /// Azure DevOps said how long to stay away.
    RetryAfter {
        /// When the request is sent again.
        until: Instant,
    },
    /// After a failure.
    Backoff {
        /// When the request is sent again.
        until: Instant,
        /// Which failure in a row this was, from 1.
        failure: u32,
    },
}

/// Shows a wait for as long as it lasts.
#[derive(Debug)]
pub(crate) struct Board(watch::Sender<Waiting>);

impl Board {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Waiting::No))
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Waiting> {
        self.0.subscribe()
    }

    pub(crate) async fn during<T>(&self, waiting: Waiting, wait: impl Future<Output = T>) -> T {
        // Dropped with the future too: a cancelled wait must not stand on the board for ever.
        let _shown = Shown::on(self, waiting);
        wait.await
    }

    pub(crate) async fn sleep(&self, waiting: impl FnOnce(Instant) -> Waiting, time: Duration) {
        let until = Instant::now() + time;
        self.during(waiting(until), tokio::time::sleep_until(until))
            .await;
    }
}

struct Shown<'a>(&'a Board, Waiting);

impl<'a> Shown<'a> {
    fn on(board: &'a Board, waiting: Waiting) -> Self {
        board.0.send_replace(waiting);
        Self(board, waiting)
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.0.send_if_modified(|current| {
            let ours = *current == self.1;
            if ours {
                *current = Waiting::No;
            }
            ours
        });
    }
}
