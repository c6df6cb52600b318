//! Pages that come more than once.

use store::{Counts, Fate, Operation, PageResult};
use wire::proto::{git::v1::Ref, pipelines::v1::Build};

use crate::{
    records::{build, reference},
    world::{ONE, World},
};

fn told(result: &PageResult) -> Vec<(String, Operation)> {
    let mut told: Vec<_> = result
        .changes
        .iter()
        .map(|change| (change.key.clone(), change.operation))
        .collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    told
}

#[tokio::test]
async fn a_page_counts_once() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let page = feed.page(1, vec![build(&world, 1, "completed")]);
    let results = world.commit(&[&page, &page]).await;
    assert_eq!(
        [results[0].fate, results[1].fate],
        [Fate::Committed, Fate::Duplicate]
    );
    let again = world.commit_one(&page).await;
    assert_eq!(again.fate, Fate::Duplicate);
    assert_eq!(again.counts, Counts::default());
    assert!(
        again.changes.is_empty(),
        "it was published twice, and told once"
    );
    assert_eq!(world.number("SELECT count(*) FROM sync.pages").await, 1);
}

#[tokio::test]
async fn a_page_delivered_again_tells_all_its_records_again() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let page = feed.page(
        1,
        vec![build(&world, 1, "completed"), build(&world, 2, "completed")],
    );
    world.commit_one(&page).await;
    let again = world.commit_one(&page.again()).await;
    let updated = |key: &str| (key.to_owned(), Operation::Updated);
    assert_eq!(told(&again), [updated("1"), updated("2")]);
    // Even when the next run has begun meanwhile: whoever committed it may have died before telling.
    world.order(feed).await;
    let again = world.commit_one(&page.again()).await;
    assert_eq!(told(&again), [updated("1"), updated("2")]);
}

#[tokio::test]
async fn deletions_delivered_again_are_told_again() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    world
        .commit_one(&feed.page(1, vec![build(&world, 1, "completed")]))
        .await;
    let page = feed.deletions(2, &["1".to_owned(), "2".to_owned()]).at(ONE);
    let first = world.commit_one(&page).await;
    let again = world.commit_one(&page.again()).await;
    assert_eq!(again.changes, first.changes);
}

#[tokio::test]
async fn a_sweep_is_told_again_with_the_end_of_its_run() {
    let world = World::new().await;
    let feed = world.feed::<Ref>().await;
    world
        .commit_one(&feed.page(1, vec![reference(&world, "a", "1")]).last())
        .await;
    let feed = world.order(feed).await;
    let page = feed
        .page(1, vec![reference(&world, "b", "1")])
        .at(ONE)
        .last();
    let first = world.commit_one(&page).await;
    let again = world.commit_one(&page.again()).await;
    let keys = |result: &PageResult| {
        told(result)
            .into_iter()
            .map(|(key, _)| key)
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&again), keys(&first));
    assert_eq!(told(&again)[0].1, Operation::Deleted);
    assert_eq!(again.ended, first.ended);
}

#[tokio::test]
async fn two_writers_with_the_same_pages_store_them_once() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let pages: Vec<_> = (1..=20)
        .map(|page| feed.page(page, vec![build(&world, page, "completed")]))
        .collect();
    let writer = async |pages: Vec<&crate::world::Sent>| {
        let mut committed = 0;
        for page in pages {
            committed += usize::from(world.commit_one(page).await.fate == Fate::Committed);
        }
        committed
    };
    let (one, other) = tokio::join!(
        writer(pages.iter().collect()),
        writer(pages.iter().rev().collect())
    );
    assert_eq!(one + other, 20);
    assert_eq!(
        world.number("SELECT contiguous_page FROM sync.feeds").await,
        20
    );
    assert_eq!(world.number("SELECT count(*) FROM ado.builds").await, 20);
}
