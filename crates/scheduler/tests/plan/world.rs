//! Made-up states, and a world in which runs begin and end.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};
use scheduler::{Order, Settings, State, plan, reschedule};
use store::feeds::{Feed, Status};
use uuid::Uuid;
use wire::{ENTITIES, Reading, subject::Priority};

pub(crate) fn start() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn settings() -> Settings {
    Settings {
        cycle: SignedDuration::from_mins(5),
        slow: SignedDuration::from_hours(1),
        adaptive: true,
        lease: SignedDuration::from_mins(1),
        jobs: 16,
    }
}

pub(crate) fn state(settings: Settings) -> State {
    State {
        feeds: Vec::new(),
        gaps: BTreeMap::new(),
        settings,
    }
}

/// A feed that was never ordered, of a connection with the number of its organization.
pub(crate) fn feed(entity: &str, organization: u128, project: Option<u128>) -> Feed {
    let entity = wire::entity(entity).unwrap();
    let place = ENTITIES.iter().position(|other| *other == entity).unwrap();
    Feed {
        id: id(organization * 1_000_000 + project.unwrap_or(0) * 1_000 + place as u128),
        connection: id(organization),
        organization: id(organization),
        project: project.map(id),
        repository: None,
        entity,
        epoch: 0,
        running: false,
        requested: false,
        due_at: start(),
        ordered_at: None,
        heartbeat_at: None,
        ended_at: None,
        complete_at: None,
        changed_at: None,
        status: Status::New,
        reason: String::new(),
        failures: 0,
        interrupted: false,
        backfill: false,
    }
}

/// What a decision writes down.
pub(crate) fn apply(now: Timestamp, state: &mut State, orders: &[Order]) {
    for (id, due_at) in reschedule(now, state) {
        if let Some(feed) = state.feeds.iter_mut().find(|feed| feed.id == id) {
            feed.due_at = due_at;
        }
    }
    for order in orders {
        let feed = state
            .feeds
            .iter_mut()
            .find(|feed| feed.id == order.feed)
            .unwrap();
        feed.epoch = order.epoch;
        feed.failures += i32::from(order.lost);
        feed.running = true;
        feed.requested = false;
        feed.interrupted = false;
        feed.backfill = order.priority == Priority::Backfill;
        feed.due_at = order.due_at;
        feed.ordered_at = Some(now);
        feed.heartbeat_at = Some(now);
    }
}

fn moment() -> impl Strategy<Value = Option<Timestamp>> {
    prop::option::weighted(
        0.8,
        (0_i64..10_000).prop_map(|seconds| start() - SignedDuration::from_secs(seconds)),
    )
}

fn any_feed() -> impl Strategy<Value = (Feed, u64)> {
    let what = (0..ENTITIES.len(), 1_u128..4, 1_u128..4, 1_u128..3);
    let times = (moment(), moment(), moment(), moment(), moment());
    let ended = (
        prop_oneof![
            Just(Status::New),
            Just(Status::Complete),
            Just(Status::Partial),
            Just(Status::Failed)
        ],
        prop_oneof![Just(""), Just("unauthorized"), Just("unavailable")],
        0_i32..5,
        0_u64..2000,
    );
    let flags = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        0_i64..5,
    );
    (what, times, ended, flags).prop_map(
        |((entity, organization, project, connection), times, ended, flags)| {
            let entity = ENTITIES[entity];
            let mut feed = feed(entity.name, organization, Some(project));
            feed.connection = id(connection);
            feed.id = id(feed.id.as_u128() * 10 + connection);
            (
                feed.ordered_at,
                feed.heartbeat_at,
                feed.ended_at,
                feed.complete_at,
                feed.changed_at,
            ) = times;
            feed.due_at = feed.ended_at.unwrap_or_else(start);
            let (status, reason, failures, gaps) = ended;
            (feed.status, feed.reason, feed.failures) = (status, reason.to_owned(), failures);
            (
                feed.running,
                feed.requested,
                feed.interrupted,
                feed.backfill,
                feed.epoch,
            ) = flags;
            (feed, if entity.is_detail() { gaps } else { 0 })
        },
    )
}

/// Any state, however odd.
pub(crate) fn states() -> impl Strategy<Value = State> {
    (vec(any_feed(), 0..60), 1_usize..6).prop_map(|(feeds, jobs)| {
        let mut state = state(Settings { jobs, ..settings() });
        let feeds: BTreeMap<Uuid, (Feed, u64)> =
            feeds.into_iter().map(|feed| (feed.0.id, feed)).collect();
        for (id, (feed, gaps)) in feeds {
            state.feeds.push(feed);
            if gaps > 0 {
                state.gaps.insert(id, gaps);
            }
        }
        state
    })
}

/// A world in which runs begin and end, minute by minute.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) state: State,
    ends: BTreeMap<Uuid, (i64, Timestamp)>,
    random: u64,
}

impl World {
    /// Minutes that a run keeps its place at most: until it ends, or until a lost one is given up.
    pub(crate) const LONGEST_RUN: u32 = 17;

    /// The most feeds that share the room of one domain in one organization.
    pub(crate) fn feeds_of_a_lane(&self) -> u32 {
        let mut lanes: BTreeMap<_, u32> = BTreeMap::new();
        for feed in &self.state.feeds {
            *lanes
                .entry((feed.organization, feed.entity.domain))
                .or_default() += 1;
        }
        lanes.into_values().max().unwrap_or_default()
    }

    /// A minute passes: runs end or go silent, rows change, and a decision is made.
    pub(crate) fn step(&mut self) -> Vec<Order> {
        self.now += SignedDuration::from_mins(1);
        for index in 0..self.state.feeds.len() {
            if self.state.feeds[index].running {
                self.live(index);
            } else if self.state.feeds[index].entity.is_detail() && self.chance(3) {
                let (id, more) = (self.state.feeds[index].id, self.next() % 700);
                *self.state.gaps.entry(id).or_default() += more;
            }
        }
        let orders = plan(self.now, &self.state);
        apply(self.now, &mut self.state, &orders);
        for order in &orders {
            // One run in ten is never heard of again, soon after it began.
            if self.chance(10) {
                self.ends.remove(&order.feed);
                let mut feeds = self.state.feeds.iter_mut();
                let feed = feeds.find(|feed| feed.id == order.feed).unwrap();
                feed.heartbeat_at = Some(self.now + SignedDuration::from_secs(1));
            } else {
                let minutes = i64::try_from(1 + self.next() % 12).unwrap();
                let end = self.now + SignedDuration::from_mins(minutes);
                self.ends.insert(order.feed, (order.epoch, end));
            }
        }
        orders
    }

    fn live(&mut self, index: usize) {
        let id = self.state.feeds[index].id;
        let Some(&(epoch, end)) = self.ends.get(&id) else {
            return;
        };
        let dice = self.next() % 10;
        let feed = &mut self.state.feeds[index];
        assert_eq!(feed.epoch, epoch, "a living run was given up");
        feed.heartbeat_at = Some(self.now);
        if self.now < end {
            return;
        }
        self.ends.remove(&id);
        feed.running = false;
        feed.ended_at = Some(self.now);
        match dice {
            0 => feed.interrupted = true,
            1 => {
                feed.status = Status::Failed;
                feed.failures += 1;
            }
            _ => {
                feed.status = Status::Complete;
                feed.failures = 0;
                feed.complete_at = feed.ordered_at;
            }
        }
        if dice.is_multiple_of(2) {
            feed.changed_at = Some(self.now);
        }
        if let Reading::Detail { batch, .. } = feed.entity.reading {
            let left = self.state.gaps.get(&id).copied().unwrap_or(0);
            self.state
                .gaps
                .insert(id, left.saturating_sub(u64::from(batch)));
        }
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.next().is_multiple_of(one_in)
    }

    /// xorshift64: the same seed, the same world.
    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 11
    }
}

/// A world with much to do and little room to do it in.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (1_u128..3, 1_u128..4, 1_usize..4, 1_u64..u64::MAX).prop_map(
        |(organizations, projects, jobs, random)| {
            let mut state = state(Settings { jobs, ..settings() });
            for organization in 1..=organizations {
                for project in 1..=projects {
                    state.feeds.extend(
                        ENTITIES
                            .iter()
                            .map(|entity| feed(entity.name, organization, Some(project))),
                    );
                }
            }
            World {
                now: start(),
                state,
                ends: BTreeMap::new(),
                random,
            }
        },
    )
}
