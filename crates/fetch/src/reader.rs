//! What an entity must say of itself to be read: the two kinds of reader.

use std::{collections::BTreeSet, path::PathBuf};

use azdo::{Client, Page, Pages, Unreadable};
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use wire::{
    Record,
    proto::control::v1::{Gap, Known},
};

use crate::Scope;

/// What a reader reads with.
#[derive(Clone, Debug)]
pub struct Context {
    /// The client of the job's organization and credential.
    pub azdo: Client,
    /// What the job covers.
    pub scope: Scope,
    /// Projects or repositories that the connection already knows below the scope.
    pub known: Vec<Known>,
    /// When the run began, for what Azure DevOps gives no time of its own.
    pub now: Timestamp,
    /// Where mirrors of Git repositories are kept between runs.
    pub mirrors: PathBuf,
}

/// Reads a listing from a cursor.
pub trait Listing: Send + Sync + 'static {
    /// Where a feed stands; `Default` is the beginning. `()` for a listing that is always read whole.
    type Cursor: Serialize + DeserializeOwned + Default + Clone + Send + Sync;
    /// An item as Azure DevOps writes it.
    type Item: Send + Sync + 'static;
    /// A record as we write it.
    type Record: Record;

    /// The pages from the cursor on.
    fn pages(&self, context: &Context, since: &Self::Cursor) -> Pages<Self::Item>;

    /// The record of an item.
    fn record(&self, context: &Context, item: Self::Item) -> Self::Record;

    /// Where the feed stands after a page.
    fn advance(&self, since: Self::Cursor, page: &Page<Self::Item>) -> Self::Cursor {
        let _ = page;
        since
    }

    /// Of what was known before and is not among the seen keys: the keys that Azure DevOps says are gone. What only
    /// became invisible is not gone.
    fn gone<'a>(
        &'a self,
        context: &'a Context,
        seen: &'a BTreeSet<String>,
    ) -> BoxFuture<'a, Result<Vec<String>, azdo::Error>> {
        let _ = (context, seen);
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// A detail that was read.
#[derive(Debug)]
pub struct Found<R> {
    /// The detail.
    pub record: R,
    /// Azure DevOps' own time of the answer; the newest that the client has heard when none is given.
    pub observed_at: Option<Timestamp>,
    /// Parts of the answer that could not be read.
    pub unreadable: Vec<Unreadable>,
}

impl<R> From<R> for Found<R> {
    fn from(record: R) -> Self {
        Self {
            record,
            observed_at: None,
            unreadable: Vec::new(),
        }
    }
}

/// Reads one detail for one gap.
pub trait Detail: Send + Sync + 'static {
    /// A record as we write it.
    type Record: Record;

    /// The detail; `None` when there is none and will be none for this version of the parent.
    fn read<'a>(
        &'a self,
        context: &'a Context,
        gap: &'a Gap,
    ) -> BoxFuture<'a, Result<Option<Found<Self::Record>>, azdo::Error>>;
}
