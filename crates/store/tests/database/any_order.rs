//! Whatever the order of pages, however often they come, and however they are grouped: the end is the same.

use futures::TryStreamExt as _;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;
use sqlx::Row as _;
use wire::{
    Record as _,
    proto::{control::v1::Completeness, git::v1::Ref, pipelines::v1::Timeline},
};

use crate::{
    records::{reference, timeline},
    world::{Feed, NOON, ONE, Sent, TWO, World},
};

/// What a page of a run holds: a few keys, read at one of three times.
#[derive(Clone, Debug)]
struct Held {
    keys: Vec<i64>,
    time: usize,
}

/// Deliveries: places of pages, in calls.
type Deliveries = Vec<Vec<usize>>;

const TIMES: [&str; 3] = [NOON, ONE, TWO];

fn run() -> impl Strategy<Value = (Vec<Held>, Deliveries)> {
    let held = (prop::collection::vec(0..6_i64, 0..4), 0..3_usize)
        .prop_map(|(keys, time)| Held { keys, time });
    prop::collection::vec(held, 1..6).prop_flat_map(|pages| {
        let all: Vec<usize> = (0..pages.len()).collect();
        let again = prop::collection::vec(0..pages.len(), 0..4);
        let order = again.prop_flat_map(move |again| {
            let places: Vec<_> = all.iter().copied().chain(again).collect();
            Just(places).prop_shuffle()
        });
        let calls = (order, 1..4_usize)
            .prop_map(|(order, size)| order.chunks(size).map(<[usize]>::to_vec).collect());
        (Just(pages), calls)
    })
}

/// The pages of a run. What a key holds is told by the time and page that it was read in, as Azure DevOps would.
fn timelines(world: &World, feed: &Feed, pages: &[Held]) -> Vec<Sent> {
    let sent = pages.iter().zip(1_i64..).map(|(held, page)| {
        let name = format!("{} {page}", held.time);
        let records = held.keys.iter().map(|key| timeline(world, *key, &[&name]));
        feed.page::<Timeline>(page, records.collect())
            .at(TIMES[held.time])
            .cursor(&page.to_string())
    });
    end(sent.collect())
}

fn refs(world: &World, feed: &Feed, pages: &[Held]) -> Vec<Sent> {
    let sent = pages.iter().zip(1_i64..).map(|(held, page)| {
        let object = format!("{page}");
        let records = held
            .keys
            .iter()
            .map(|key| reference(world, &key.to_string(), &object));
        feed.page::<Ref>(page, records.collect()).at(TWO)
    });
    end(sent.collect())
}

fn end(mut sent: Vec<Sent>) -> Vec<Sent> {
    if let Some(last) = sent.pop() {
        sent.push(last.ends(Completeness::Complete));
    }
    sent
}

async fn deliver(world: &World, pages: &[Sent], deliveries: &Deliveries) {
    for call in deliveries {
        let call: Vec<&Sent> = call.iter().map(|place| &pages[*place]).collect();
        world.commit(&call).await;
    }
}

async fn state(world: &World) -> (Vec<Value>, Vec<String>) {
    let mut rows = Vec::new();
    for entity in [Timeline::ENTITY, Ref::ENTITY] {
        let exported = world.database.store.export(entity, world.organization);
        let mut exported: Vec<Value> = exported.try_collect().await.unwrap();
        exported.sort_by_key(ToString::to_string);
        rows.extend(exported);
    }
    let feeds = sqlx::query(
        "SELECT concat_ws(' ', entity, contiguous_page, encode(cursor, 'escape'), running, status) AS feed
         FROM sync.feeds ORDER BY entity",
    )
    .fetch_all(&world.database.pool)
    .await
    .unwrap();
    let swept = world
        .texts("SELECT concat_ws(' ', name, deleted_at) FROM ado.refs ORDER BY name")
        .await;
    let feeds = feeds.iter().map(|row| row.get("feed"));
    (rows, feeds.chain(swept).collect())
}

async fn fresh(world: &World) {
    sqlx::query("TRUNCATE sync.feeds, ado.timelines, ado.timeline_records, ado.refs CASCADE")
        .execute(&world.database.pool)
        .await
        .unwrap();
}

/// A world in which refs `0` and `9` have been seen before.
async fn begin(world: &World) -> (Feed, Feed) {
    fresh(world).await;
    let refs = world.feed::<Ref>().await;
    let before = vec![reference(world, "0", "old"), reference(world, "9", "old")];
    world.commit_one(&refs.page(1, before).last()).await;
    (world.feed::<Timeline>().await, world.order(refs).await)
}

#[test]
fn any_order_and_duplication_of_pages_ends_in_the_same_state() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&(run(), run()), |((details, order), (listing, swept))| {
        let (straight, shuffled) = runtime.block_on(async {
            let (feed, listed) = begin(&world).await;
            for page in timelines(&world, &feed, &details) {
                world.commit_one(&page).await;
            }
            for page in refs(&world, &listed, &listing) {
                world.commit_one(&page).await;
            }
            let straight = state(&world).await;
            let (feed, listed) = begin(&world).await;
            deliver(&world, &timelines(&world, &feed, &details), &order).await;
            deliver(&world, &refs(&world, &listed, &listing), &swept).await;
            (straight, state(&world).await)
        });
        prop_assert_eq!(straight, shuffled);
        Ok(())
    });
    checked.unwrap();
}
