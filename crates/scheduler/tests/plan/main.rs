//! What must hold of every plan, whatever the state.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use scheduler::{Order, State, Why, plan, waiting};
use store::feeds::Status;
use uuid::Uuid;
use wire::subject::Priority;
use world::{World, apply, feed, id, settings, start, state};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_plan_orders_each_feed_once_and_only_ahead(state in world::states()) {
        let orders = plan(start(), &state);
        let ordered: BTreeSet<Uuid> = orders.iter().map(|order| order.feed).collect();
        prop_assert_eq!(ordered.len(), orders.len());
        for order in &orders {
            let feed = state.feeds.iter().find(|feed| feed.id == order.feed).unwrap();
            prop_assert_eq!(order.epoch, feed.epoch + 1);
            prop_assert_eq!(order.lost, feed.running);
            prop_assert!(order.due_at <= start());
        }
    }

    #[test]
    fn a_plan_leaves_nothing_to_plan(state in world::states()) {
        let mut state = state;
        let orders = plan(start(), &state);
        apply(start(), &mut state, &orders);
        prop_assert_eq!(plan(start(), &state), vec![]);
    }

    #[test]
    fn a_plan_does_not_depend_on_the_order_of_feeds(state in world::states(), turn in 0_usize..50) {
        let mut turned = state.clone();
        if !turned.feeds.is_empty() {
            let turn = turn % turned.feeds.len();
            turned.feeds.rotate_left(turn);
        }
        prop_assert_eq!(plan(start(), &state), plan(start(), &turned));
    }

    #[test]
    fn no_organization_gets_more_than_its_room(state in world::states()) {
        let mut open: BTreeMap<_, usize> = BTreeMap::new();
        for order in plan(start(), &state) {
            let feed = state.feeds.iter().find(|feed| feed.id == order.feed).unwrap();
            *open.entry((feed.organization, feed.connection, feed.entity.domain)).or_default() += 1;
        }
        for jobs in open.into_values() {
            prop_assert!(jobs <= state.settings.jobs);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn each_epoch_of_a_feed_is_ordered_once_and_nothing_starves(mut world in world::worlds()) {
        let mut newest: BTreeMap<Uuid, i64> = BTreeMap::new();
        let mut waits: BTreeMap<Uuid, u32> = BTreeMap::new();
        let mut longest_wait = 0;
        for _ in 0..600 {
            for order in world.step() {
                let epoch = newest.insert(order.feed, order.epoch);
                prop_assert!(epoch.is_none_or(|epoch| epoch < order.epoch));
            }
            let due = waiting(world.now, &world.state);
            waits.retain(|feed, _| due.contains(feed));
            for feed in due {
                let wait = waits.entry(feed).or_default();
                *wait += 1;
                longest_wait = longest_wait.max(*wait);
            }
        }
        // It waits its hour, and then for those that have waited as long: each once, one after another at the worst.
        let longest = 60 + world.feeds_of_a_lane() * World::LONGEST_RUN;
        prop_assert!(longest_wait <= longest, "{longest_wait} minutes, not {longest}");
    }
}

/// A small organization beside one with hundreds of projects gets its jobs in the first plan, near the front.
#[test]
fn a_huge_organization_does_not_starve_a_small_one() {
    let mut state = state(settings());
    for project in 0..500 {
        for entity in ["builds", "build_definitions"] {
            let mut feed = feed(entity, 1, Some(project));
            feed.id = Uuid::from_u128(feed.id.as_u128() + project * 1000);
            state.feeds.push(feed);
        }
    }
    state.feeds.push(feed("builds", 2, Some(7)));
    let orders = plan(start(), &state);
    let small = orders.iter().position(|order| {
        state
            .feeds
            .iter()
            .any(|feed| feed.id == order.feed && feed.organization == id(2))
    });
    assert_eq!(orders.len(), state.settings.jobs + 1);
    assert!(small.is_some_and(|place| place <= state.settings.jobs));
    let fresh = orders
        .iter()
        .filter(|order| order.priority == Priority::Fresh)
        .count();
    assert!(
        fresh >= state.settings.jobs / 4,
        "backfill leaves room to what is fresh"
    );
}

fn check(name: &str, change: impl FnOnce(&mut State), expected: &[(&str, Why)]) {
    let mut state = state(settings());
    for entity in [
        "builds",
        "timelines",
        "build_definitions",
        "refs",
        "commits",
    ] {
        let mut feed = feed(entity, 1, Some(1));
        feed.epoch = 1;
        feed.ordered_at = Some(minutes_ago(1));
        feed.ended_at = Some(minutes_ago(1));
        feed.complete_at = Some(minutes_ago(1));
        feed.changed_at = Some(minutes_ago(1));
        feed.due_at = minutes_ago(1);
        feed.status = Status::Complete;
        if ["refs", "commits"].contains(&entity) {
            feed.repository = Some(id(9));
        }
        state.feeds.push(feed);
    }
    change(&mut state);
    let orders: Vec<(&str, Why)> = plan(start(), &state)
        .iter()
        .map(|order: &Order| {
            let feed = state
                .feeds
                .iter()
                .find(|feed| feed.id == order.feed)
                .unwrap();
            (feed.entity.name, order.why)
        })
        .collect();
    assert_eq!(orders, expected, "{name}");
}

fn minutes_ago(minutes: i64) -> Timestamp {
    start() - SignedDuration::from_mins(minutes)
}

fn change<'a>(state: &'a mut State, entity: &str) -> &'a mut store::feeds::Feed {
    state
        .feeds
        .iter_mut()
        .find(|feed| feed.entity.name == entity)
        .unwrap()
}

#[test]
fn what_is_due_is_ordered_and_nothing_else() {
    check("nothing is due", |_| {}, &[]);
    check(
        "a cycle is over",
        |state| change(state, "builds").ordered_at = Some(minutes_ago(5)),
        &[("builds", Why::Interval)],
    );
    check(
        "a slow feed waits for its hour",
        |state| change(state, "build_definitions").ordered_at = Some(minutes_ago(59)),
        &[],
    );
    check(
        "an hour is over",
        |state| change(state, "build_definitions").ordered_at = Some(minutes_ago(60)),
        &[("build_definitions", Why::Interval)],
    );
    check(
        "somebody asked",
        |state| change(state, "build_definitions").requested = true,
        &[("build_definitions", Why::Requested)],
    );
    check(
        "a detail without gaps has nothing to do, even when asked",
        |state| change(state, "timelines").requested = true,
        &[],
    );
    check(
        "a detail has gaps",
        |state| {
            let feed = change(state, "timelines");
            feed.changed_at = Some(start());
            let id = feed.id;
            state.gaps.insert(id, 1);
        },
        &[("timelines", Why::Gaps)],
    );
    check(
        "a run over gaps brought nothing just now",
        |state| {
            let feed = change(state, "timelines");
            feed.ordered_at = Some(start() - SignedDuration::from_secs(20));
            feed.ended_at = Some(start() - SignedDuration::from_secs(10));
            let id = feed.id;
            state.gaps.insert(id, 1);
        },
        &[],
    );
    check(
        "the parent has changed",
        |state| change(state, "refs").changed_at = Some(start()),
        &[("commits", Why::ParentChanged)],
    );
    check(
        "a new feed follows once the parent was read",
        |state| {
            let feed = change(state, "commits");
            feed.status = Status::New;
            feed.epoch = 0;
            feed.ordered_at = None;
            feed.ended_at = None;
        },
        &[("commits", Why::New)],
    );
    check(
        "a new feed waits for the parent's first reading",
        |state| {
            change(state, "refs").complete_at = None;
            let feed = change(state, "commits");
            feed.status = Status::New;
            feed.ordered_at = None;
            feed.ended_at = None;
        },
        &[],
    );
    check(
        "interrupted",
        |state| change(state, "builds").interrupted = true,
        &[("builds", Why::Interrupted)],
    );
    check(
        "partial is complete for what is due",
        |state| change(state, "builds").status = Status::Partial,
        &[],
    );
}

#[test]
fn a_silent_run_is_given_up_after_its_lease() {
    let silent = |seconds: i64, failures: i32| {
        move |state: &mut State| {
            let feed = change(state, "builds");
            feed.running = true;
            feed.failures = failures;
            feed.heartbeat_at = Some(start() - SignedDuration::from_secs(seconds));
            feed.ordered_at = Some(minutes_ago(30));
        }
    };
    check("alive", silent(59, 0), &[]);
    check("silent", silent(60, 0), &[("builds", Why::Lost)]);
    check(
        "lost before: its job may wait in a long queue",
        silent(60, 1),
        &[],
    );
    let queued = |minutes: i64| {
        move |state: &mut State| {
            let feed = change(state, "builds");
            feed.running = true;
            feed.ordered_at = Some(minutes_ago(minutes));
            feed.heartbeat_at = feed.ordered_at;
        }
    };
    check("its job waits in the queue", queued(4), &[]);
    check("its job is lost", queued(5), &[("builds", Why::Lost)]);
    check("silent again", silent(120, 1), &[("builds", Why::Lost)]);
}

#[test]
fn a_failed_feed_is_tried_again_later_each_time() {
    let failed = |seconds: i64, failures: i32, reason: &'static str| {
        move |state: &mut State| {
            let feed = change(state, "builds");
            feed.status = Status::Failed;
            feed.failures = failures;
            feed.reason = reason.to_owned();
            feed.ordered_at = Some(start() - SignedDuration::from_secs(seconds));
            feed.ended_at = feed.ordered_at;
        }
    };
    let again = [("builds", Why::Retry)];
    check("too early", failed(29, 1, "unavailable"), &[]);
    check("first", failed(30, 1, "unavailable"), &again);
    check("second", failed(59, 2, "unavailable"), &[]);
    check("second", failed(60, 2, "unavailable"), &again);
    check("at most an hour", failed(3599, 40, "unavailable"), &[]);
    check("at most an hour", failed(3600, 40, "unavailable"), &again);
    for reason in ["unauthorized", "forbidden", "not_found", "inactive"] {
        check(reason, failed(3599, 1, reason), &[]);
        check(reason, failed(3600, 1, reason), &again);
    }
}

#[test]
fn a_quiet_feed_is_read_at_intervals_that_double_and_a_change_resets_them() {
    for (quiet_runs, ordered, expected) in [
        // Minutes after the last change at which the last run was ordered, and the interval after it.
        (0, 0, 5),
        (1, 5, 10),
        (2, 15, 20),
        (3, 35, 40),
        (4, 75, 60),
        (5, 135, 60),
    ] {
        let quiet = |minutes: i64| {
            move |state: &mut State| {
                let feed = change(state, "builds");
                feed.ordered_at = Some(minutes_ago(minutes));
                feed.ended_at = feed.ordered_at;
                feed.changed_at = Some(minutes_ago(minutes + ordered));
            }
        };
        check(
            &format!("{quiet_runs} quiet runs"),
            quiet(expected - 1),
            &[],
        );
        check(
            &format!("{quiet_runs} quiet runs"),
            quiet(expected),
            &[("builds", Why::Interval)],
        );
    }
    check(
        "not adaptive",
        |state| {
            state.settings.adaptive = false;
            let feed = change(state, "builds");
            feed.ordered_at = Some(minutes_ago(5));
            feed.changed_at = Some(minutes_ago(600));
        },
        &[("builds", Why::Interval)],
    );
}

#[test]
fn fresh_comes_before_backfill_and_parents_before_what_depends_on_them() {
    let mut state = state(settings());
    for entity in [
        "timelines",
        "commits",
        "builds",
        "build_definitions",
        "refs",
    ] {
        let mut feed = feed(entity, 1, Some(1));
        if ["refs", "commits"].contains(&entity) {
            feed.repository = Some(id(9));
        }
        if entity == "refs" {
            feed.complete_at = Some(minutes_ago(1));
        }
        state.feeds.push(feed);
    }
    let timelines = state.feeds[0].id;
    state.gaps.insert(timelines, 501);
    let orders: Vec<(&str, Priority)> = plan(start(), &state)
        .iter()
        .map(|order| {
            let feed = state
                .feeds
                .iter()
                .find(|feed| feed.id == order.feed)
                .unwrap();
            (feed.entity.name, order.priority)
        })
        .collect();
    assert_eq!(
        orders,
        [
            ("refs", Priority::Fresh),
            ("build_definitions", Priority::Fresh),
            ("builds", Priority::Backfill),
            ("commits", Priority::Backfill),
            ("timelines", Priority::Backfill),
        ]
    );
}

#[test]
fn two_connections_to_one_organization_do_not_ask_for_the_same_details() {
    let mut state = state(settings());
    for connection in [1, 2] {
        let mut feed = feed("timelines", 1, Some(1));
        feed.connection = id(connection);
        feed.id = id(100 + connection);
        state.gaps.insert(feed.id, 3);
        state.feeds.push(feed);
    }
    let orders = plan(start(), &state);
    assert_eq!(orders.len(), 1);
    apply(start(), &mut state, &orders);
    assert_eq!(plan(start(), &state), []);
}
