//! How feeds move, and how runs end.

use sqlx::Row as _;
use store::{Error, Fate};
use wire::proto::{control::v1::Completeness, git::v1::Ref, pipelines::v1::Build};

use crate::{
    records::build,
    world::{Feed, ONE, Sent, World},
};

async fn standing(world: &World) -> (i64, String, bool, String) {
    let row = world
        .row(
            "SELECT contiguous_page, convert_from(cursor, 'UTF8'), running, status FROM sync.feeds",
        )
        .await;
    (row.get(0), row.get(1), row.get(2), row.get(3))
}

async fn check(world: &World, page: i64, cursor: &str, running: bool, status: &str) {
    let expected = (page, cursor.to_owned(), running, status.to_owned());
    assert_eq!(standing(world).await, expected);
}

fn pages(world: &World, feed: &Feed) -> [Sent; 4] {
    [1, 2, 3, 4].map(|page| {
        let sent = feed.page(page, vec![build(world, page, "completed")]);
        let sent = sent.cursor(&page.to_string());
        if page == 4 { sent.last() } else { sent }
    })
}

#[tokio::test]
async fn the_cursor_moves_over_the_contiguous_pages_only() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let [one, two, three, four] = pages(&world, &feed);
    world.commit(&[&two]).await;
    check(&world, 0, "", true, "new").await;
    world.commit(&[&four]).await;
    check(&world, 0, "", true, "new").await;
    let first = world.commit_one(&one).await;
    assert_eq!(first.ended, None);
    check(&world, 2, "2", true, "new").await;
    let last = world.commit_one(&three).await;
    check(&world, 4, "4", false, "complete").await;
    let ended = last.ended.unwrap();
    assert_eq!((ended.feed, ended.epoch), (feed.id, feed.epoch));
    assert_eq!(ended.outcome.completeness(), Completeness::Complete);
    let run = "SELECT concat_ws(' ', completeness, requests, elapsed_ms, ended_at IS NOT NULL) FROM sync.runs";
    assert_eq!(world.text(run).await.as_deref(), Some("complete 7 1500 t"));
    let fresh =
        "SELECT (complete_at = ordered_at AND changed_at IS NOT NULL)::text FROM sync.feeds";
    assert_eq!(world.text(fresh).await.as_deref(), Some("true"));
}

#[tokio::test]
async fn all_pages_of_a_call_count_at_once_in_any_order() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let [one, two, three, four] = pages(&world, &feed);
    let results = world.commit(&[&three, &four, &one, &two]).await;
    check(&world, 4, "4", false, "complete").await;
    let ended: Vec<_> = results
        .iter()
        .map(|result| result.ended.is_some())
        .collect();
    assert_eq!(ended, [false, true, false, false]);
}

#[tokio::test]
async fn a_page_of_an_older_run_is_dropped() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let [one, two, ..] = pages(&world, &feed);
    world.commit(&[&one]).await;
    world.order(feed).await;
    let result = world.commit_one(&two).await;
    assert_eq!(result.fate, Fate::Stale);
    assert!(result.changes.is_empty());
    assert_eq!(world.number("SELECT count(*) FROM ado.builds").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM sync.pages").await, 1);
    check(&world, 0, "1", true, "new").await;
}

#[tokio::test]
async fn a_page_of_a_feed_that_is_no_more_is_dropped() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let [one, ..] = pages(&world, &feed);
    world
        .row("DELETE FROM auth.connections RETURNING 1::bigint")
        .await;
    assert_eq!(world.commit_one(&one).await.fate, Fate::Stale);
}

#[tokio::test]
async fn a_failed_run_keeps_its_cursor_and_counts() {
    let world = World::new().await;
    let mut feed = world.feed::<Build>().await;
    for failures in 1..=2 {
        let one = feed
            .page(1, vec![build(&world, 1, "completed")])
            .cursor("1");
        let two = feed.page::<Build>(2, Vec::new()).ends(Completeness::Failed);
        world.commit(&[&one, &two]).await;
        check(&world, 2, "1", false, "failed").await;
        let told = "SELECT concat_ws(' ', failures, reason) FROM sync.feeds";
        let expected = format!("{failures} because");
        assert_eq!(world.text(told).await, Some(expected));
        feed = world.order(feed).await;
    }
    world
        .commit_one(&feed.page::<Build>(1, Vec::new()).last())
        .await;
    let told = "SELECT concat_ws(' ', failures, reason, status) FROM sync.feeds";
    assert_eq!(world.text(told).await.as_deref(), Some("0  complete"));
}

#[tokio::test]
async fn an_interrupted_run_ends_at_once_and_is_due() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    world
        .row("UPDATE sync.feeds SET due_at = 'infinity' RETURNING 1::bigint")
        .await;
    let [one, _, three, _] = pages(&world, &feed);
    world.commit(&[&one, &three]).await;
    let interrupted = feed
        .page::<Build>(7, Vec::new())
        .ends(Completeness::Interrupted);
    let result = world.commit_one(&interrupted).await;
    assert!(result.ended.is_some());
    check(&world, 1, "1", false, "new").await;
    let due = "SELECT (due_at <= now())::text FROM sync.feeds";
    assert_eq!(world.text(due).await.as_deref(), Some("true"));
    let run = "SELECT completeness FROM sync.runs";
    assert_eq!(world.text(run).await.as_deref(), Some("interrupted"));
}

#[tokio::test]
async fn a_late_page_of_an_interrupted_run_still_counts() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let [one, two, ..] = pages(&world, &feed);
    let interrupted = feed
        .page::<Build>(3, Vec::new())
        .ends(Completeness::Interrupted);
    world.commit(&[&one, &interrupted]).await;
    let late = world.commit_one(&two).await;
    assert_eq!((late.fate, late.ended), (Fate::Committed, None));
    check(&world, 3, "2", false, "new").await;
}

#[tokio::test]
async fn an_unchanged_feed_says_so() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    world
        .commit_one(&feed.page(1, vec![build(&world, 1, "completed")]).last())
        .await;
    let changed_at = world.text("SELECT changed_at::text FROM sync.feeds").await;
    assert!(changed_at.is_some());
    let feed = world.order(feed).await;
    let again = feed
        .page(1, vec![build(&world, 1, "completed")])
        .at(ONE)
        .last();
    world.commit_one(&again).await;
    assert_eq!(
        world.text("SELECT changed_at::text FROM sync.feeds").await,
        changed_at
    );
}

#[tokio::test]
async fn a_database_that_is_away_is_a_transient_error() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let [one, ..] = pages(&world, &feed);
    world.database.store.close().await;
    let error = world
        .database
        .store
        .commit(&[one.page_in()])
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transient(_)), "{error:?}");
}

#[tokio::test]
async fn a_page_of_one_entity_cannot_move_the_feed_of_another() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let refs = world.feed::<Ref>().await;
    let mut forged = refs.page(1, vec![Ref::default()]).cursor("9999").last();
    forged.envelope.feed = feed.id;
    forged.envelope.epoch = feed.epoch;
    let result = world.commit_one(&forged).await;
    assert_eq!(result.fate, Fate::Stale);
    let moved =
        "SELECT count(*) FROM sync.feeds WHERE contiguous_page > 0 OR cursor <> '' OR NOT running";
    assert_eq!(world.number(moved).await, 0);
    assert_eq!(world.number("SELECT count(*) FROM ado.refs").await, 0);
}
