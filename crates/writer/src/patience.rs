//! How to wait for what is away.

use std::{iter, time::Duration};

use bus::PageDelivery;
use chassis::Lifecycle;
use tokio::time::sleep;

use crate::work::Page;

/// Pauses between tries while the database or NATS is away; the last one is repeated.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
];

/// The pauses, for ever. Each is a little different from those of other tasks, so that two that stepped on each other's
/// toes do not do so again.
pub(crate) fn pauses(feed: u128) -> impl Iterator<Item = Duration> {
    let last = PAUSES[PAUSES.len() - 1];
    let jitter = u32::try_from(feed % 50).unwrap_or_default();
    PAUSES
        .into_iter()
        .chain(iter::repeat(last))
        .map(move |pause| pause + pause * jitter / 100)
}

/// Keeps pages in hand for a pause. Nothing when the process must end.
pub(crate) async fn pause(lifecycle: &Lifecycle, pages: &[Page], pause: Duration) -> Option<()> {
    for delivery in pages.iter().map(|page| &page.delivery) {
        keep(delivery).await;
    }
    tokio::select! {
        () = lifecycle.hard.cancelled() => None,
        () = sleep(pause) => Some(()),
    }
}

/// While NATS is away this cannot be said; then the page comes again, and is found in the ledger.
async fn keep(delivery: &PageDelivery) {
    let _ = delivery.progress().await;
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
