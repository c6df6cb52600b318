//! Deletions: what whole listings prove, and what Azure DevOps tells one by one.

use store::{Counts, Operation};
use wire::proto::{
    boards::v1::Team,
    control::v1::Completeness,
    git::v1::Ref,
    pipelines::v1::{Build, BuildDefinition},
};

use crate::{
    records::{build, reference, team},
    world::{NOON, ONE, Sent, TWO, World},
};

const LIVING: &str = "SELECT name FROM ado.refs WHERE deleted_at IS NULL ORDER BY name";

#[tokio::test]
async fn what_a_whole_listing_does_not_hold_is_deleted() {
    let world = World::new().await;
    let feed = world.feed::<Ref>().await;
    let all = ["a", "b", "c"]
        .map(|name| reference(&world, name, "1"))
        .to_vec();
    world.commit_one(&feed.page(1, all).last()).await;
    let feed = world.order(feed).await;
    let page = feed
        .page(1, vec![reference(&world, "b", "2")])
        .at(ONE)
        .last();
    let result = world.commit_one(&page).await;
    assert_eq!(world.texts(LIVING).await, ["b"]);
    assert_eq!(
        result.counts,
        Counts {
            updated: 1,
            deleted: 2,
            ..Counts::default()
        }
    );
    let mut gone: Vec<_> = result
        .changes
        .iter()
        .filter(|change| change.operation == Operation::Deleted)
        .map(|change| (change.key.clone(), change.project, change.record.len()))
        .collect();
    gone.sort();
    let key = |name: &str| {
        (
            format!("{}/{name}", world.repository),
            Some(world.project),
            0,
        )
    };
    assert_eq!(gone, [key("a"), key("c")]);
    let deleted_at = "SELECT min(deleted_at)::text FROM ado.refs";
    assert_eq!(
        world.text(deleted_at).await.as_deref(),
        Some("2026-11-23 13:00:00+00")
    );
}

#[tokio::test]
async fn a_listing_of_many_pages_sweeps_when_all_are_there() {
    let world = World::new().await;
    let feed = world.feed::<Ref>().await;
    let page = |number: i64, name: &str| feed.page(number, vec![reference(&world, name, "1")]);
    world
        .commit(&[&page(1, "a"), &page(2, "b"), &page(3, "c").last()])
        .await;
    let feed = world.order(feed).await;
    let page = |number: i64, name: &str| {
        feed.page(number, vec![reference(&world, name, "1")])
            .at(ONE)
    };
    world.commit(&[&page(3, "c").last()]).await;
    assert_eq!(world.texts(LIVING).await, ["a", "b", "c"]);
    world.commit(&[&page(1, "a")]).await;
    assert_eq!(world.texts(LIVING).await, ["a", "b", "c"]);
    let last = world.commit_one(&page(2, "d")).await;
    assert_eq!(world.texts(LIVING).await, ["a", "c", "d"]);
    assert_eq!(last.counts.deleted, 1);
    assert_eq!(
        world.number("SELECT count(*) FROM sync.sweep_keys").await,
        0
    );
}

#[tokio::test]
async fn only_a_complete_listing_proves_anything() {
    for completeness in [
        Completeness::Partial,
        Completeness::Failed,
        Completeness::Interrupted,
        Completeness::Unspecified,
    ] {
        let world = World::new().await;
        let feed = world.feed::<Ref>().await;
        world
            .commit_one(&feed.page(1, vec![reference(&world, "a", "1")]).last())
            .await;
        let feed = world.order(feed).await;
        let page = feed.page::<Ref>(1, Vec::new()).at(ONE).ends(completeness);
        world.commit_one(&page).await;
        assert_eq!(world.texts(LIVING).await, ["a"], "{completeness:?}");
    }
}

#[tokio::test]
async fn a_listing_with_a_dead_letter_proves_nothing() {
    let world = World::new().await;
    let feed = world.feed::<Ref>().await;
    world
        .commit_one(&feed.page(1, vec![reference(&world, "a", "1")]).last())
        .await;
    let feed = world.order(feed).await;
    let broken = feed.sent(1, wire::Content::Records, b"\xFFnonsense".to_vec());
    let result = world.commit_one(&broken.at(ONE).last()).await;
    assert_eq!(world.texts(LIVING).await, ["a"]);
    let outcome = result.ended.unwrap().outcome;
    assert_eq!(outcome.completeness(), Completeness::Partial);
    assert_eq!(outcome.reason, "dead_letters");
}

#[tokio::test]
async fn a_listing_sweeps_its_own_scope_only() {
    let world = World::new().await;
    let other = uuid::Uuid::from_u128(99);
    let feed = world.feed::<Ref>().await;
    let neighbour = world
        .feed_of::<Ref>(world.connection, world.project, other)
        .await;
    let elsewhere = Ref {
        repository_id: other.to_string(),
        ..reference(&world, "elsewhere", "1")
    };
    let pages = [
        feed.page(1, vec![reference(&world, "a", "1")]).last(),
        neighbour.page(1, vec![elsewhere]).last(),
    ];
    world.commit(&pages.iter().collect::<Vec<_>>()).await;
    let feed = world.order(feed).await;
    world
        .commit_one(&feed.page::<Ref>(1, Vec::new()).at(ONE).last())
        .await;
    assert_eq!(world.texts(LIVING).await, ["elsewhere"]);
}

#[tokio::test]
async fn a_row_that_another_reading_saw_later_is_not_swept() {
    let world = World::new().await;
    let feed = world.feed::<Ref>().await;
    world
        .commit_one(
            &feed
                .page(1, vec![reference(&world, "late", "1")])
                .at(TWO)
                .last(),
        )
        .await;
    let feed = world.order(feed).await;
    world
        .commit_one(&feed.page::<Ref>(1, Vec::new()).at(ONE).last())
        .await;
    assert_eq!(world.texts(LIVING).await, ["late"]);
}

#[tokio::test]
async fn a_row_that_reappears_is_no_longer_deleted() {
    let world = World::new().await;
    let mut feed = world.feed::<Ref>().await;
    // All within one second of Azure DevOps' clock.
    for names in [vec!["a"], vec![], vec!["a"]] {
        let records = names
            .iter()
            .map(|name| reference(&world, name, "1"))
            .collect();
        world.commit_one(&feed.page::<Ref>(1, records).last()).await;
        assert_eq!(world.texts(LIVING).await, names);
        feed = world.order(feed).await;
    }
}

#[tokio::test]
async fn definitions_with_a_revision_are_swept_and_come_back_too() {
    let world = World::new().await;
    let mut feed = world.feed::<BuildDefinition>().await;
    let definition = BuildDefinition {
        id: 1,
        revision: 5,
        project_id: world.project.to_string(),
        ..BuildDefinition::default()
    };
    for (records, living) in [
        (vec![definition.clone()], 1),
        (vec![], 0),
        (vec![definition], 1),
    ] {
        world.commit_one(&feed.page(1, records).last()).await;
        let count = "SELECT count(*) FROM ado.build_definitions WHERE deleted_at IS NULL";
        assert_eq!(world.number(count).await, living);
        feed = world.order(feed).await;
    }
}

#[tokio::test]
async fn teams_are_deleted_only_where_their_project_is_seen() {
    let world = World::new().await;
    let feed = world.feed::<Team>().await;
    let page = |feed: &crate::world::Feed, teams| feed.page(1, teams).last();
    world
        .commit_one(&page(&feed, vec![team(&world, 10, "a")]))
        .await;
    let feed = world.order(feed).await;
    world.commit_one(&page(&feed, Vec::new()).at(ONE)).await;
    let living = "SELECT count(*) FROM ado.teams WHERE deleted_at IS NULL";
    assert_eq!(world.number(living).await, 1);
    sqlx::query("INSERT INTO sync.scopes VALUES ($1, $2, $3, 'project', $3, 'p', true)")
        .bind(world.connection)
        .bind(world.organization)
        .bind(world.project)
        .execute(&world.database.pool)
        .await
        .unwrap();
    let feed = world.order(feed).await;
    world.commit_one(&page(&feed, Vec::new()).at(TWO)).await;
    assert_eq!(world.number(living).await, 0);
}

#[tokio::test]
async fn what_azure_devops_says_is_gone_is_deleted() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let living = "SELECT id::text FROM ado.builds WHERE deleted_at IS NULL ORDER BY id";
    let builds = [1, 2, 3].map(|id| build(&world, id, "completed")).to_vec();
    world.commit_one(&feed.page(1, builds)).await;
    let gone = ["1", "3", "77"].map(str::to_owned);
    let result = world.commit_one(&feed.deletions(2, &gone).at(ONE)).await;
    assert_eq!(world.texts(living).await, ["2"]);
    assert_eq!(
        result.counts,
        Counts {
            deleted: 2,
            ..Counts::default()
        }
    );
    assert_eq!(result.changes[0].operation, Operation::Deleted);
    assert_eq!(result.changes[0].project, Some(world.project));
    // A reading from before does not bring them back; one from after does.
    let page = |number| feed.page(number, vec![build(&world, 1, "completed")]);
    world.commit_one(&page(3).at(NOON)).await;
    assert_eq!(world.texts(living).await, ["2"]);
    world.commit_one(&page(4).at(TWO)).await;
    assert_eq!(world.texts(living).await, ["1", "2"]);
}

#[tokio::test]
async fn a_deletion_older_than_the_row_is_ignored() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    world
        .commit_one(&feed.page(1, vec![build(&world, 1, "completed")]).at(ONE))
        .await;
    let result = world
        .commit_one(&feed.deletions(2, &["1".to_owned()]).at(NOON))
        .await;
    assert_eq!(result.counts.deleted, 0);
}

#[tokio::test]
async fn long_names_are_keys_like_any_other() {
    let world = World::new().await;
    let feed = world.feed::<Ref>().await;
    // Random enough not to be compressed below the 2.7 kB that an index takes.
    let mut seed = 1_u64;
    let long: String = (0..9_000)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'a' + u8::try_from((seed >> 33) % 26).unwrap())
        })
        .collect();
    let page: Sent = feed.page(1, vec![reference(&world, &long, "1")]).last();
    assert_eq!(world.commit_one(&page).await.counts.created, 1);
    let key = format!("{}/{long}", world.repository);
    let gone = world.order(feed).await.deletions(1, &[key]).at(ONE);
    assert_eq!(world.commit_one(&gone).await.counts.deleted, 1);
}
