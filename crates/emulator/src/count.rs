//! How often each endpoint was asked.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

/// The requests so far, by endpoint.
#[derive(Debug, Default)]
pub struct Counts(Mutex<BTreeMap<Endpoint, Count>>);

/// One endpoint as it is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Endpoint {
    pub method: String,
    /// The route with its parts in braces, or `unmatched`.
    pub template: String,
    pub organization: String,
}

/// How often, and with which statuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub requests: u64,
    pub statuses: BTreeMap<u16, u64>,
}

impl Counts {
    /// Counts a request, when its answer begins.
    pub fn add(&self, endpoint: Endpoint, status: u16) {
        let mut counts = self.lock();
        let count = counts.entry(endpoint).or_default();
        count.requests += 1;
        *count.statuses.entry(status).or_default() += 1;
    }

    /// All counts.
    pub fn all(&self) -> BTreeMap<Endpoint, Count> {
        self.lock().clone()
    }

    /// The requests of all endpoints together.
    pub fn total(&self) -> u64 {
        self.lock().values().map(|count| count.requests).sum()
    }

    /// Forgets all.
    pub fn reset(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Endpoint, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
