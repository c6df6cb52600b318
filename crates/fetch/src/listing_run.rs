//! A listing read from its cursor to its end.

use std::{collections::BTreeSet, sync::Arc};

use azdo::Order;
use futures::{StreamExt as _, future::BoxFuture};
use wire::{
    Entity, Record,
    proto::control::v1::{Job, Outcome},
};

use crate::{
    Context, Listing,
    batch::Batch,
    ending,
    readers::Reader,
    run::{Dropped, Run},
};

/// Runs a listing.
#[derive(Debug)]
pub(crate) struct ListingReader<L>(pub(crate) L);

/// How the reading of pages ended.
enum End {
    Exhausted,
    Stopped,
    Failed(azdo::Error),
}

impl<L: Listing> Reader for ListingReader<L> {
    fn entity(&self) -> &'static Entity {
        L::Record::ENTITY
    }

    fn run<'a>(
        &'a self,
        run: &'a mut Run,
        context: Arc<Context>,
        job: &'a Job,
    ) -> BoxFuture<'a, Result<(), Dropped>> {
        Box::pin(self.read(run, context, job))
    }
}

impl<L: Listing> ListingReader<L> {
    async fn read(&self, run: &mut Run, context: Arc<Context>, job: &Job) -> Result<(), Dropped> {
        let listing = &self.0;
        let mut cursor = cursor::<L>(&job.cursor);
        let mut pages = listing.pages(&context, &cursor);
        let moves_with_each_page = pages.order() == Order::OldestFirst;
        let remembers = L::Record::ENTITY.is_whole() && !context.known.is_empty();
        let mut seen = BTreeSet::new();
        let mut unreadable = 0;
        let mut batch = Batch::default();
        let end = loop {
            let page = tokio::select! {
                biased;
                () = run.soft.cancelled() => break End::Stopped,
                page = pages.next() => page,
            };
            let page = match page {
                None => break End::Exhausted,
                Some(Err(error)) => break End::Failed(error),
                Some(Ok(page)) => page,
            };
            cursor = listing.advance(cursor, &page);
            batch.observe(page.observed_at);
            if !page.unreadable.is_empty() {
                unreadable += page.unreadable.len();
                run.unreadable(page.unreadable).await?;
            }
            for item in page.items {
                if batch.is_full() {
                    run.publish(batch.take()).await?;
                }
                let record = listing.record(&context, item);
                if remembers {
                    seen.insert(record.key());
                }
                batch.put(record, page.observed_at);
            }
            if moves_with_each_page {
                batch.cursor = Some(encode(&cursor));
            }
            if batch.is_full() {
                run.publish(batch.take()).await?;
            }
        };
        let outcome = match end {
            End::Stopped => ending::interrupted(ending::STOPPED),
            End::Failed(error) => {
                tracing::warn!(error = %error, "a run of {} failed", L::Record::ENTITY.name);
                ending::failed(&error)
            }
            End::Exhausted => {
                batch.cursor = Some(encode(&cursor));
                match self
                    .finish(run, &context, remembers.then_some(&seen))
                    .await?
                {
                    Some(outcome) => outcome,
                    None if unreadable > 0 => ending::unreadable(unreadable),
                    None => ending::complete(),
                }
            }
        };
        run.end(batch, outcome).await
    }

    /// Finds out what is gone. Tells how the run ends when that cannot be found out.
    async fn finish(
        &self,
        run: &mut Run,
        context: &Context,
        seen: Option<&BTreeSet<String>>,
    ) -> Result<Option<Outcome>, Dropped> {
        let Some(seen) = seen else {
            return Ok(None);
        };
        match self.0.gone(context, seen).await {
            Ok(gone) if gone.is_empty() => Ok(None),
            Ok(gone) => {
                run.delete(gone).await?;
                Ok(None)
            }
            Err(error) => Ok(Some(ending::partial(
                ending::reason(&error),
                error.to_string(),
            ))),
        }
    }
}

/// A cursor that cannot be read was written by another version: read anew, which costs requests and loses nothing.
fn cursor<L: Listing>(bytes: &[u8]) -> L::Cursor {
    if bytes.is_empty() {
        return L::Cursor::default();
    }
    serde_json::from_slice(bytes).unwrap_or_else(|error| {
        tracing::warn!(error = %error, "the cursor of {} cannot be read; reading from the beginning", L::Record::ENTITY.name);
        L::Cursor::default()
    })
}

fn encode(cursor: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(cursor).unwrap_or_default()
}
