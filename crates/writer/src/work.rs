//! The loop: take, commit, tell, acknowledge.

use std::{collections::BTreeMap, time::Duration};

use bus::{Bus, PageDelivery};
use chassis::{Condition, Lifecycle};
use futures::future::{BoxFuture, join_all};
use jiff::Timestamp;
use store::{DeadLetter, Fate, PageResult, Store};
use tracing::Instrument as _;
use wire::{Entity, Envelope};

use crate::{Options, measure, patience::chain};

/// What comes within so long is committed together.
const GATHER: Duration = Duration::from_millis(10);
/// A page that the database refuses for a reason that does not pass comes again after so long.
const LATER: Duration = Duration::from_secs(10);

/// Writes until the life ends. The database must have been migrated, and the streams provisioned.
pub fn run(options: &Options, bus: &Bus, store: &Store, lifecycle: &Lifecycle) {
    bus.tell_readiness(lifecycle);
    for _ in 0..options.writer_tasks.max(1) {
        let writer = Writer {
            bus: bus.clone(),
            store: store.clone(),
            pages: options.writer_pages.max(1),
            clock: chassis::clock,
            database: lifecycle.condition("database"),
            lifecycle: lifecycle.clone(),
        };
        lifecycle.spawn("pages", writer.work());
    }
}

/// One of the tasks that write.
pub(crate) struct Writer {
    pub(crate) bus: Bus,
    pub(crate) store: Store,
    /// How many pages to take at once.
    pages: usize,
    clock: fn() -> Timestamp,
    pub(crate) database: Condition,
    pub(crate) lifecycle: Lifecycle,
}

/// A page with its envelope.
pub(crate) struct Page {
    pub(crate) envelope: Envelope,
    pub(crate) delivery: PageDelivery,
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
                self.write(&pages).await;
            }
        }
        queue.close().await?;
        Ok(())
    }

    /// Commits pages of one entity, tells what changed, acknowledges. A page that the database cannot take does not keep
    /// the others from it.
    async fn write(&self, pages: &[Page]) {
        if !self.write_together(pages).await && pages.len() > 1 {
            for page in pages {
                self.write_together(std::slice::from_ref(page)).await;
            }
        }
    }

    /// False when trying again together is useless; a single page then comes again later.
    async fn write_together(&self, pages: &[Page]) -> bool {
        let Some(first) = pages.first() else {
            return true;
        };
        let entity = first.envelope.entity;
        let span = tracing::info_span!(
            "commit",
            otel.name = format!("commit {}", entity.name),
            adit.entity = entity.name,
            adit.feed = %first.envelope.feed,
            adit.pages = pages.len(),
            adit.stale = tracing::field::Empty,
        );
        telemetry::set_parent(&span, &first.delivery.context);
        self.see_through(entity, pages).instrument(span).await
    }

    // Boxed: the compiler cannot see through the layers below that what is borrowed here may be sent.
    fn see_through<'a>(&'a self, entity: &'a Entity, pages: &'a [Page]) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let Some(results) = self.commit(pages).await else {
                if let [page] = pages {
                    let _ = page.delivery.nak(LATER).await;
                }
                return false;
            };
            self.measure(entity, pages, &results);
            if self.tell(entity, pages, results).await {
                let acks = pages.iter().map(|page| page.delivery.ack());
                for error in join_all(acks).await.into_iter().filter_map(Result::err) {
                    tracing::debug!(
                        %error,
                        "a committed page could not be acknowledged; it comes again as a duplicate"
                    );
                }
            }
            true
        })
    }

    fn measure(&self, entity: &Entity, pages: &[Page], results: &[PageResult]) {
        let stale = results.iter().filter(|result| result.fate == Fate::Stale);
        tracing::Span::current().record("adit.stale", stale.count());
        let newest = pages.iter().map(|page| page.envelope.observed_at).max();
        measure::count(entity, results);
        measure::lag(entity, newest, (self.clock)());
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
