//! What a fetcher can read: its list of readers.

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures::future::BoxFuture;
use wire::{Entity, proto::control::v1::Job};

use crate::{
    Context, Detail, Listing,
    detail_run::DetailReader,
    listing_run::ListingReader,
    run::{Dropped, Run},
};

/// Reads one entity.
pub(crate) trait Reader: Send + Sync {
    fn entity(&self) -> &'static Entity;

    /// Carries out a job to its last page.
    fn run<'a>(
        &'a self,
        run: &'a mut Run,
        context: Arc<Context>,
        job: &'a Job,
    ) -> BoxFuture<'a, Result<(), Dropped>>;
}

/// The readers of one fetcher, an entity each.
#[derive(Clone, Default)]
pub struct Readers(BTreeMap<&'static str, Arc<dyn Reader>>);

impl Readers {
    /// Adds a listing.
    #[must_use]
    pub fn listing(self, listing: impl Listing) -> Self {
        self.with(Arc::new(ListingReader(listing)))
    }

    /// Adds a detail.
    #[must_use]
    pub fn detail(self, detail: impl Detail) -> Self {
        self.with(Arc::new(DetailReader(detail)))
    }

    /// The entities that can be read.
    pub fn entities(&self) -> impl Iterator<Item = &'static Entity> {
        self.0.values().map(|reader| reader.entity())
    }

    pub(crate) fn find(&self, entity: &str) -> Option<Arc<dyn Reader>> {
        self.0.get(entity).cloned()
    }

    fn with(mut self, reader: Arc<dyn Reader>) -> Self {
        self.0.insert(reader.entity().name, reader);
        self
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
