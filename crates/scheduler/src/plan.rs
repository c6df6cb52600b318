//! What to order now: a function of what is known, without a clock and without I/O.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use store::feeds::{Feed, Status};
use uuid::Uuid;
use wire::{Domain, ENTITIES, Reading, subject::Priority};

use crate::{
    Settings, Why,
    due::{Due, Surroundings, due},
    family::Family,
};

/// All that decides what is ordered.
#[derive(Clone, Debug)]
pub struct State {
    /// Every enabled feed.
    pub feeds: Vec<Feed>,
    /// Details that may be asked for now, for each detail feed that has some.
    pub gaps: BTreeMap<Uuid, u64>,
    /// What the operator wants.
    pub settings: Settings,
}

/// The decision to advance a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which.
    pub feed: Uuid,
    /// Number of the new run.
    pub epoch: i64,
    /// Whether its present run is given up.
    pub lost: bool,
    /// In which queue the job waits.
    pub priority: Priority,
    /// Why now.
    pub why: Why,
    /// Since when it has been due.
    pub due_at: Timestamp,
}

/// The share of one connection in one organization: what is fair is fair between these.
type Share = (Uuid, Uuid);
/// A detail feed over whichever connection: their gaps are the same.
type Twin<'a> = (Uuid, &'a str, Option<Uuid>);

/// How urgent an order is among those of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Class {
    /// It has waited for longer than the slow interval: whatever is in its way, it goes first.
    Overdue,
    Fresh,
    Backfill,
}

struct Candidate<'a> {
    feed: &'a Feed,
    due: Due,
    priority: Priority,
    class: Class,
}

/// Decides what is ordered now, most urgent first.
pub fn plan(now: Timestamp, state: &State) -> Vec<Order> {
    let mut shares: BTreeMap<Share, Vec<Candidate<'_>>> = BTreeMap::new();
    let mut open = Open::default();
    for (feed, due) in dues(now, state) {
        match due {
            Some(due) if due.at <= now => shares
                .entry(share(feed))
                .or_default()
                .push(candidate(now, feed, due, state)),
            _ if feed.running => open.add(feed, feed.backfill),
            _ => {}
        }
    }
    let mut turns: Vec<(Class, usize, Order)> = Vec::new();
    for mut candidates in shares.into_values() {
        candidates.sort_by_key(rank);
        let mut taken: HashMap<Class, usize> = HashMap::new();
        for candidate in candidates {
            if !open.has_room(candidate.feed, candidate.priority, state.settings.jobs) {
                continue;
            }
            open.add(candidate.feed, candidate.priority == Priority::Backfill);
            let turn = taken.entry(candidate.class).or_default();
            turns.push((candidate.class, *turn, order(&candidate)));
            *turn += 1;
        }
    }
    // The sort is stable: within a turn the shares keep their order.
    turns.sort_by_key(|(class, turn, _)| (*class, *turn));
    turns.into_iter().map(|(_, _, order)| order).collect()
}

/// When each feed is due that does not run and whose time is not yet written down.
pub fn reschedule(now: Timestamp, state: &State) -> Vec<(Uuid, Timestamp)> {
    dues(now, state)
        .filter(|(feed, _)| !feed.running)
        .filter_map(|(feed, due)| Some((feed, due?.at)))
        .filter(|(feed, at)| feed.due_at != *at)
        .map(|(feed, at)| (feed.id, at))
        .collect()
}

/// Feeds that wait for a run: they are due and do not run.
pub fn waiting(now: Timestamp, state: &State) -> BTreeSet<Uuid> {
    dues(now, state)
        .filter(|(feed, due)| !feed.running && due.is_some_and(|due| due.at <= now))
        .map(|(feed, _)| feed.id)
        .collect()
}

fn dues(now: Timestamp, state: &State) -> impl Iterator<Item = (&Feed, Option<Due>)> {
    let family = Family::of(&state.feeds);
    state.feeds.iter().map(move |feed| {
        let around = Surroundings {
            parent: family.parent(feed),
            gaps: state.gaps.get(&feed.id).copied().unwrap_or(0),
        };
        (feed, due(now, feed, around, &state.settings))
    })
}

fn share(feed: &Feed) -> Share {
    (feed.organization, feed.connection)
}

fn candidate<'a>(now: Timestamp, feed: &'a Feed, due: Due, state: &State) -> Candidate<'a> {
    let gaps = state.gaps.get(&feed.id).copied().unwrap_or(0);
    let priority = priority(feed, gaps);
    let class = if now.duration_since(due.at) > state.settings.slow {
        Class::Overdue
    } else if priority == Priority::Fresh {
        Class::Fresh
    } else {
        Class::Backfill
    };
    Candidate {
        feed,
        due,
        priority,
        class,
    }
}

/// History yields to what is fresh. Whole listings are short, and other feeds are made of them; details are history while
/// more is lacking than one job can bring.
fn priority(feed: &Feed, gaps: u64) -> Priority {
    let history = match feed.entity.reading {
        Reading::Whole(_) => false,
        Reading::Cursor(_) | Reading::Follows(_) => {
            feed.complete_at.is_none() && feed.status != Status::Partial
        }
        Reading::Detail { batch, .. } => gaps > u64::from(batch),
    };
    if history {
        Priority::Backfill
    } else {
        Priority::Fresh
    }
}

/// Parents before what depends on them, then the longest due; but what is overdue only by how long.
fn rank(candidate: &Candidate<'_>) -> (Class, bool, Timestamp, usize, Uuid) {
    let entity = candidate.feed.entity;
    let dependent = matches!(entity.reading, Reading::Follows(_) | Reading::Detail { .. });
    let place = ENTITIES.iter().position(|other| *other == entity);
    (
        candidate.class,
        dependent && candidate.class != Class::Overdue,
        candidate.due.at,
        place.unwrap_or(usize::MAX),
        candidate.feed.id,
    )
}

fn order(candidate: &Candidate<'_>) -> Order {
    Order {
        feed: candidate.feed.id,
        epoch: candidate.feed.epoch + 1,
        lost: candidate.feed.running,
        priority: candidate.priority,
        why: candidate.due.why,
        due_at: candidate.due.at,
    }
}

/// The jobs that are open: how many of each share and domain, since each domain has fetchers of its own, and for which
/// details, since two connections to one organization lack the same ones.
#[derive(Default)]
struct Open<'a> {
    jobs: HashMap<(Share, Domain), usize>,
    backfill: HashMap<(Share, Domain), usize>,
    details: BTreeSet<Twin<'a>>,
}

impl<'a> Open<'a> {
    fn add(&mut self, feed: &'a Feed, backfill: bool) {
        let lane = (share(feed), feed.entity.domain);
        *self.jobs.entry(lane).or_default() += 1;
        if backfill {
            *self.backfill.entry(lane).or_default() += 1;
        }
        if feed.entity.is_detail() {
            self.details.insert(twin(feed));
        }
    }

    /// Backfill leaves a quarter of the room to what is fresh.
    fn has_room(&self, feed: &'a Feed, priority: Priority, most: usize) -> bool {
        let lane = (share(feed), feed.entity.domain);
        let count = |jobs: &HashMap<_, usize>| jobs.get(&lane).copied().unwrap_or(0);
        let most = most.max(1);
        if count(&self.jobs) >= most || self.details.contains(&twin(feed)) {
            return false;
        }
        priority == Priority::Fresh || count(&self.backfill) < (most - most / 4).max(1)
    }
}

fn twin(feed: &Feed) -> Twin<'_> {
    (feed.organization, feed.entity.name, feed.project)
}
