//! The order of builds, and the token that goes with it: a time, which means nothing in another query.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use super::build::Build;
use crate::date;

/// By which time, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    by: By,
    descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Finish,
    Start,
    Queue,
}

impl Order {
    /// What the service does unless asked: what still runs comes last.
    pub(super) const DEFAULT: Self = Self {
        by: By::Finish,
        descending: true,
    };

    /// The order of this name.
    pub(super) fn of(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let (name, descending) = match (
            word.strip_suffix("ascending"),
            word.strip_suffix("descending"),
        ) {
            (Some(name), _) => (name, false),
            (_, Some(name)) => (name, true),
            _ => return None,
        };
        let by = match name {
            "finishtime" => By::Finish,
            "starttime" => By::Start,
            "queuetime" => By::Queue,
            _ => return None,
        };
        Some(Self { by, descending })
    }

    /// The time that `minTime` and `maxTime` are about in this order.
    pub(super) fn time(self, build: &Build) -> Option<Timestamp> {
        match self.by {
            By::Finish => build.finished,
            By::Start => build.started,
            By::Queue => Some(build.queued),
        }
    }

    /// The place of a build. Those without the time come last, apart from one another.
    fn place(self, build: &Build) -> Timestamp {
        let step = SignedDuration::from_nanos(build.id * 100);
        self.time(build).unwrap_or_else(|| {
            if self.descending {
                never() + step
            } else {
                open() + step
            }
        })
    }

    /// Sorts.
    pub(super) fn sort(self, builds: &mut [&Build]) {
        if self.descending {
            builds.sort_by_key(|build| std::cmp::Reverse((self.place(build), build.id)));
        } else {
            builds.sort_by_key(|build| (self.place(build), build.id));
        }
    }

    /// True for those that a token leaves to come: equal times at the border come again.
    pub(super) fn follows(self, build: &Build, token: Timestamp) -> bool {
        if self.descending {
            self.place(build) <= token
        } else {
            self.place(build) >= token
        }
    }

    /// The token of the page that begins with `next`, after a page that began at `token`. Where a whole page has one
    /// time, the service would give that page for ever; it goes on behind that time instead, and the rest is lost to
    /// whoever asks for such small pages.
    pub(super) fn token(self, next: &Build, token: Option<Timestamp>) -> Timestamp {
        let place = self.place(next);
        let tick = SignedDuration::from_nanos(100);
        match token {
            Some(token) if token == place => {
                if self.descending {
                    place - tick
                } else {
                    place + tick
                }
            }
            _ => place,
        }
    }
}

fn never() -> Timestamp {
    "0001-01-02T00:00:00Z".parse().unwrap_or_default()
}

fn open() -> Timestamp {
    "9990-01-01T00:00:00Z".parse().unwrap_or_default()
}

/// Remembers for which query each token was given out.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<HashMap<String, Vec<u64>>>);

/// More than this many are not remembered: a token of an unknown query is believed.
const MOST: usize = 200_000;

impl Tokens {
    /// Writes a token down and gives its text.
    pub(super) fn give(&self, token: Timestamp, query: u64) -> String {
        let text = date::sent(token);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MOST {
            known.clear();
        }
        let queries = known.entry(text.clone()).or_default();
        if !queries.contains(&query) {
            queries.push(query);
        }
        text
    }

    /// The time of a token; none where it was given out for another query: then the first page comes again.
    pub(super) fn take(&self, text: &str, query: u64) -> Option<Timestamp> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known
            .get(text)
            .is_some_and(|queries| !queries.contains(&query))
        {
            return None;
        }
        date::read(text)
    }
}

/// A query without its token and page size, as a number.
pub(super) fn fingerprint(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}
