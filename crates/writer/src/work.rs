//! The loop: take, commit, tell, acknowledge.

use std::{collections::BTreeMap, time::Duration};

use bus::{Bus, PageDelivery};
use chassis::{Condition, Lifecycle};
use futures::future::BoxFuture;
use store::{DeadLetter, Error, PageIn, PageResult, Store};
use tokio::time::sleep;
use tracing::Instrument as _;
use wire::{Entity, Envelope, subject};

use crate::{Options, tell};

/// What comes within so long is committed together.
const GATHER: Duration = Duration::from_millis(10);
/// Pauses between tries while the database or NATS is away; the last one is repeated.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
];
/// A page that the database refuses for a reason that does not pass comes again after so long.
const LATER: Duration = Duration::from_secs(10);

/// Writes until the life ends. The database must have been migrated, and the streams provisioned.
pub fn run(options: &Options, bus: &Bus, store: &Store, lifecycle: &Lifecycle) {
    for _ in 0..options.writer_tasks.max(1) {
        let writer = Writer {
            bus: bus.clone(),
            store: store.clone(),
            pages: options.writer_pages.max(1),
            database: lifecycle.condition("database"),
            lifecycle: lifecycle.clone(),
        };
        lifecycle.spawn("pages", writer.work());
    }
}

struct Writer {
    bus: Bus,
    store: Store,
    pages: usize,
    database: Condition,
    lifecycle: Lifecycle,
}

/// A page with its envelope.
struct Page {
    envelope: Envelope,
    delivery: PageDelivery,
}

impl Writer {
    async fn work(self) -> anyhow::Result<()> {
        self.database.met();
        let mut queue = self.bus.pages();
        loop {
            let taken = tokio::select! {
                () = self.lifecycle.soft.cancelled() => break,
                taken = queue.take(self.pages, GATHER) => taken?,
            };
            let mut entities = BTreeMap::<&str, Vec<Page>>::new();
            for delivery in taken {
                match &delivery.envelope {
                    Ok(envelope) => {
                        let envelope = envelope.clone();
                        let pages = entities.entry(envelope.entity.name).or_default();
                        pages.push(Page { envelope, delivery });
                    }
                    Err(error) => self.bury(&delivery, error.to_string()).await,
                }
            }
            for pages in entities.into_values() {
                Box::pin(self.write(pages)).await;
            }
        }
        queue.close().await?;
        Ok(())
    }

    /// Commits pages of one entity, tells what changed, acknowledges.
    async fn write(&self, pages: Vec<Page>) {
        let Some(first) = pages.first() else { return };
        let entity = first.envelope.entity;
        let span = tracing::info_span!(
            "commit",
            otel.name = format!("commit {}", entity.name),
            adit.pages = pages.len()
        );
        telemetry::set_parent(&span, &first.delivery.context);
        self.see_through(entity, &pages).instrument(span).await;
    }

    // Boxed: the compiler cannot see through the layers below that what is borrowed here may be sent.
    fn see_through<'a>(&'a self, entity: &'a Entity, pages: &'a [Page]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            match self.commit(pages).await {
                Some(results) => self.tell(entity, pages, results).await,
                None => {
                    for page in pages {
                        let _ = page.delivery.nak(LATER).await;
                    }
                }
            }
        })
    }

    /// Commits, waiting for the database as long as it takes. Nothing when that is useless, or the time is over.
    async fn commit(&self, pages: &[Page]) -> Option<Vec<PageResult>> {
        let defects: Vec<Option<String>> = pages
            .iter()
            .map(|page| {
                page.delivery
                    .payload
                    .as_ref()
                    .err()
                    .map(ToString::to_string)
            })
            .collect();
        let pages_in: Vec<PageIn<'_>> = pages
            .iter()
            .zip(&defects)
            .map(|(page, defect)| PageIn {
                envelope: &page.envelope,
                payload: page
                    .delivery
                    .payload
                    .as_deref()
                    .unwrap_or(&page.delivery.raw),
                defect: defect.as_deref(),
                delivered: page.delivery.delivered,
            })
            .collect();
        for pause in pauses() {
            match self.once(&pages_in).await {
                Ok(results) => {
                    self.database.met();
                    return Some(results);
                }
                Err(error) if error.is_transient() => self.wait(pages, &error, pause).await?,
                Err(error) => {
                    tracing::error!(
                        error = chain(&error),
                        "failed to commit; the pages come again"
                    );
                    self.database.unmet(error.to_string());
                    return None;
                }
            }
        }
        None
    }

    fn once<'a>(
        &'a self,
        pages: &'a [PageIn<'a>],
    ) -> BoxFuture<'a, Result<Vec<PageResult>, Error>> {
        Box::pin(self.store.commit(pages))
    }

    /// Keeps the pages while the database is away. Nothing when the process must end.
    async fn wait(&self, pages: &[Page], error: &Error, pause: Duration) -> Option<()> {
        tracing::warn!(error = chain(error), "the database is away; trying again");
        self.database.unmet(error.to_string());
        for page in pages {
            let _ = page.delivery.progress().await;
        }
        tokio::select! {
            () = self.lifecycle.hard.cancelled() => None,
            () = sleep(pause) => Some(()),
        }
    }

    async fn tell(&self, entity: &Entity, pages: &[Page], mut results: Vec<PageResult>) {
        tell::count(entity, &results);
        let records = tell::records(entity, &mut results);
        if !records.is_empty() {
            for pause in pauses() {
                let Err(error) = self.bus.publish_records(records.clone()).await else {
                    break;
                };
                tracing::warn!(
                    error = chain(&error),
                    "failed to tell {} changes; trying again",
                    records.len()
                );
                tokio::select! {
                    // Not acknowledged, the pages come again, and their changes are told by another writer.
                    () = self.lifecycle.hard.cancelled() => return,
                    () = sleep(pause) => {}
                }
            }
        }
        for result in &results {
            let Some(ended) = &result.ended else { continue };
            // The scheduler finds it without being told, only later.
            let _ = self
                .bus
                .publish_event(subject::RUN_ENDED, &tell::run_ended(ended))
                .await;
        }
        for page in pages {
            if let Err(error) = page.delivery.ack().await {
                tracing::debug!(error = %error, "a committed page could not be acknowledged; it comes again as a duplicate");
            }
        }
    }

    /// Keeps what is no page, byte for byte.
    async fn bury(&self, delivery: &PageDelivery, reason: String) {
        tracing::warn!("what came on {} is no page: {reason}", delivery.subject);
        let letter = DeadLetter {
            reason,
            raw: delivery.raw.to_vec(),
            ..DeadLetter::default()
        };
        match self.store.dead_letter_add(&letter).await {
            Ok(()) => {
                let _ = delivery.term().await;
            }
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    "a dead letter could not be kept; it comes again"
                );
                let _ = delivery.nak(LATER).await;
            }
        }
    }
}

fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES
        .into_iter()
        .chain(std::iter::repeat(PAUSES[PAUSES.len() - 1]))
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
