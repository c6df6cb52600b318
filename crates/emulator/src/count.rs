//! What was asked: a count per endpoint, and the last requests one by one.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

/// How many requests are kept one by one.
const REMEMBERED: usize = 20_000;

/// The requests so far.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    endpoints: BTreeMap<Endpoint, Count>,
    tokens: BTreeMap<&'static str, Tokens>,
    last: VecDeque<Seen>,
    under_way: u64,
    most_under_way: u64,
}

/// One endpoint as it is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Endpoint {
    pub method: String,
    /// The route with its parts in braces, or `unmatched`.
    pub template: String,
    /// Empty where the route belongs to none.
    pub organization: String,
}

/// How often, and with which statuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub requests: u64,
    pub statuses: BTreeMap<u16, u64>,
}

/// How often tokens were asked for by one type of grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tokens {
    pub granted: u64,
    pub refused: u64,
}

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// The world's time.
    pub at: String,
    pub method: String,
    pub target: String,
    pub status: u16,
    pub user_agent: String,
    pub session: String,
}

impl Counts {
    /// A request has come.
    pub(crate) fn begin(&self) {
        let mut kept = self.lock();
        kept.under_way += 1;
        kept.most_under_way = kept.most_under_way.max(kept.under_way);
    }

    /// Its answer begins.
    pub(crate) fn end(&self, endpoint: Endpoint, seen: Seen) {
        let mut kept = self.lock();
        kept.under_way = kept.under_way.saturating_sub(1);
        let count = kept.endpoints.entry(endpoint).or_default();
        count.requests += 1;
        *count.statuses.entry(seen.status).or_default() += 1;
        if kept.last.len() == REMEMBERED {
            kept.last.pop_front();
        }
        kept.last.push_back(seen);
    }

    /// Tokens were asked for.
    pub(crate) fn token(&self, grant_type: &'static str, granted: bool) {
        let mut kept = self.lock();
        let tokens = kept.tokens.entry(grant_type).or_default();
        if granted {
            tokens.granted += 1;
        } else {
            tokens.refused += 1;
        }
    }

    /// How often tokens were asked for, by type of grant.
    pub fn tokens(&self) -> BTreeMap<&'static str, Tokens> {
        self.lock().tokens.clone()
    }

    /// All endpoints asked so far.
    pub fn endpoints(&self) -> Vec<(Endpoint, Count)> {
        self.lock()
            .endpoints
            .iter()
            .map(|(endpoint, count)| (endpoint.clone(), count.clone()))
            .collect()
    }

    /// The last requests, oldest first.
    pub fn last(&self) -> Vec<Seen> {
        self.lock().last.iter().cloned().collect()
    }

    /// The requests of all endpoints together.
    pub fn total(&self) -> u64 {
        self.lock()
            .endpoints
            .values()
            .map(|count| count.requests)
            .sum()
    }

    /// The most requests that were under way at once.
    pub fn most_under_way(&self) -> u64 {
        self.lock().most_under_way
    }

    /// Forgets all.
    pub fn reset(&self) {
        let mut kept = self.lock();
        let under_way = kept.under_way;
        *kept = Kept {
            under_way,
            most_under_way: under_way,
            ..Kept::default()
        };
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
