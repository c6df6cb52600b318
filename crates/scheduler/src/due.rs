//! When a feed is due, and why: the rules of time, without a clock.

use jiff::{SignedDuration, Timestamp};
use store::feeds::{Feed, Status};
use wire::{Cadence, Reading};

use crate::Settings;

/// Reasons that only people can mend: asking again sooner would change nothing, and Azure DevOps would notice.
const HOURLY: [&str; 4] = ["unauthorized", "forbidden", "not_found", "inactive"];
/// The first wait after a failure.
const FIRST_BACKOFF: SignedDuration = SignedDuration::from_secs(30);
/// The longest wait after a failure.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_hours(1);
/// An interrupted run is ordered again at once, but a fetcher that dies of each job is not a busy loop.
const INTERRUPTED_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// A run over gaps that brought no row has perhaps closed none; the next one does not follow at once.
const FRUITLESS_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// A run that has not begun has so many leases.
const QUEUE_LEASES: i32 = 5;
/// The lease of a run that was lost again and again grows no longer.
const MOST_LEASE_DOUBLINGS: i32 = 4;

/// Why a feed is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was never read.
    New,
    /// Somebody asked.
    Requested,
    /// Its interval is over.
    Interval,
    /// Rows of its parent have changed.
    ParentChanged,
    /// Rows of its parent lack their detail.
    Gaps,
    /// Its last run was cut short.
    Interrupted,
    /// Its last run failed, long enough ago.
    Retry,
    /// Nothing has been heard of its run for too long.
    Lost,
}

impl Why {
    /// In one word, for spans and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Requested => "requested",
            Self::Interval => "interval",
            Self::ParentChanged => "parent_changed",
            Self::Gaps => "gaps",
            Self::Interrupted => "interrupted",
            Self::Retry => "retry",
            Self::Lost => "lost",
        }
    }
}

/// When a feed is due, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Why,
}

/// What a feed depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// Feed of the parent entity over the same scope.
    pub(crate) parent: Option<&'a Feed>,
    /// Details that may be asked for now.
    pub(crate) gaps: u64,
}

/// When the feed is due; nothing when there is nothing for it to do.
pub(crate) fn due(
    now: Timestamp,
    feed: &Feed,
    around: Surroundings<'_>,
    settings: &Settings,
) -> Option<Due> {
    if feed.running {
        let seen = feed
            .heartbeat_at
            .max(feed.ordered_at)
            .unwrap_or(feed.due_at);
        return Some(after(seen, lease(feed, settings), Why::Lost));
    }
    if feed.entity.is_detail() && around.gaps == 0 {
        return None;
    }
    if feed.requested {
        return Some(Due {
            at: feed.due_at.min(now),
            why: Why::Requested,
        });
    }
    let ended = feed.ended_at.max(feed.ordered_at);
    // A condition, unlike an interval, has no time of its own: it holds since it was first seen to hold.
    let since = if ended.is_none_or(|ended| feed.due_at > ended) {
        feed.due_at.min(now)
    } else {
        now
    };
    if let Some(ended) = ended {
        if feed.interrupted {
            return Some(after(ended, INTERRUPTED_PAUSE, Why::Interrupted));
        }
        if feed.status == Status::Failed {
            return Some(after(ended, backoff(feed), Why::Retry));
        }
    }
    match feed.entity.reading {
        Reading::Whole(cadence) | Reading::Cursor(cadence) => Some(match feed.ordered_at {
            None => Due {
                at: feed.due_at,
                why: Why::New,
            },
            Some(ordered) => after(ordered, interval(feed, cadence, settings), Why::Interval),
        }),
        Reading::Follows(_) => follows(feed, around.parent?, since),
        Reading::Detail { .. } => {
            let fruitless = feed.ordered_at > feed.changed_at;
            let earliest = ended.filter(|_| fruitless).map_or(since, |ended| {
                after(ended, FRUITLESS_PAUSE, Why::Gaps).at.max(since)
            });
            Some(Due {
                at: earliest,
                why: Why::Gaps,
            })
        }
    }
}

/// How long a run may be silent. A job may wait in its queue for longer than a fetcher may hold its breath; and one that was
/// lost before perhaps waits in a long queue.
fn lease(feed: &Feed, settings: &Settings) -> SignedDuration {
    let begun = feed.heartbeat_at > feed.ordered_at;
    let lease = if begun {
        settings.lease
    } else {
        settings.lease.saturating_mul(QUEUE_LEASES)
    };
    doubled(lease, feed.failures.min(MOST_LEASE_DOUBLINGS))
}

/// A feed that was never read waits until its parent was read once: before that there may be nothing to follow.
fn follows(feed: &Feed, parent: &Feed, since: Timestamp) -> Option<Due> {
    let why = if feed.status == Status::New {
        parent.complete_at.map(|_| Why::New)
    } else {
        (parent.changed_at > feed.ordered_at).then_some(Why::ParentChanged)
    }?;
    Some(Due { at: since, why })
}

/// The cadence; of a cycle, doubled by each run in a row that changed nothing.
///
/// With `q` quiet runs behind it, a feed has been quiet for `(2^q - 1)` cycles, so the next length needs no memory of its own.
fn interval(feed: &Feed, cadence: Cadence, settings: &Settings) -> SignedDuration {
    let Cadence::Cycle = cadence else {
        return settings.slow;
    };
    let cycle = settings.cycle;
    if !settings.adaptive {
        return cycle;
    }
    let longest = settings.slow.max(cycle);
    match (feed.changed_at, feed.ordered_at) {
        (Some(changed), Some(ordered)) => {
            let quiet = ordered.duration_since(changed).max(SignedDuration::ZERO);
            cycle.saturating_add(quiet).min(longest)
        }
        // Nothing was ever there: each of its runs was a quiet one.
        _ => doubled(cycle, i32::try_from(feed.epoch).unwrap_or(i32::MAX)).min(longest),
    }
}

fn backoff(feed: &Feed) -> SignedDuration {
    if HOURLY.contains(&feed.reason.as_str()) {
        return LONGEST_BACKOFF;
    }
    doubled(FIRST_BACKOFF, feed.failures.saturating_sub(1)).min(LONGEST_BACKOFF)
}

fn doubled(length: SignedDuration, times: i32) -> SignedDuration {
    let times = u32::try_from(times).unwrap_or(0).min(16);
    length.saturating_mul(1 << times)
}

fn after(time: Timestamp, length: SignedDuration, why: Why) -> Due {
    let at = time.checked_add(length).unwrap_or(Timestamp::MAX);
    Due { at, why }
}
