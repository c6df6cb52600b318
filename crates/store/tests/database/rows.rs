//! What becomes of a row when it is read again.

use store::{Counts, Operation};
use wire::proto::pipelines::v1::{Build, Timeline};

use crate::{
    records::{build, timeline},
    world::{NOON, ONE, TWO, World},
};

const STATUS: &str = "SELECT status FROM ado.builds WHERE id = 1";

#[tokio::test]
async fn a_new_row_is_created_and_a_changed_one_updated() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let page = feed.page(1, vec![build(&world, 1, "inProgress")]);
    let created = world.commit_one(&page).await;
    assert_eq!(
        created.counts,
        Counts {
            created: 1,
            ..Counts::default()
        }
    );
    assert_eq!(created.changes[0].operation, Operation::Created);
    assert_eq!(created.changes[0].key, "1");
    assert_eq!(created.changes[0].project, Some(world.project));
    assert_eq!(created.changes[0].organization, world.organization);

    let page = feed.page(2, vec![build(&world, 1, "completed")]).at(ONE);
    let updated = world.commit_one(&page).await;
    assert_eq!(
        updated.counts,
        Counts {
            updated: 1,
            ..Counts::default()
        }
    );
    assert_eq!(updated.changes[0].operation, Operation::Updated);
    assert_ne!(updated.changes[0].hash, created.changes[0].hash);
    let record: Build = prost::Message::decode(updated.changes[0].record.as_slice()).unwrap();
    assert_eq!(record, build(&world, 1, "completed"));
    assert_eq!(world.text(STATUS).await.as_deref(), Some("completed"));
}

#[tokio::test]
async fn an_unchanged_row_is_not_written() {
    let world = World::new().await;
    let feed = world.feed::<Timeline>().await;
    let state = async || {
        let row = "SELECT string_agg(concat(xmin, ctid), ' ' ORDER BY build_id) FROM ado.timelines";
        let items = "SELECT string_agg(concat(xmin, ctid), ' ' ORDER BY position) FROM ado.timeline_records";
        (world.text(row).await, world.text(items).await)
    };
    world
        .commit_one(&feed.page(1, vec![timeline(&world, 1, &["a", "b"])]))
        .await;
    let before = state().await;
    let again = feed.page(2, vec![timeline(&world, 1, &["a", "b"])]).at(TWO);
    let result = world.commit_one(&again).await;
    assert_eq!(
        result.counts,
        Counts {
            unchanged: 1,
            ..Counts::default()
        }
    );
    assert!(result.changes.is_empty());
    assert_eq!(state().await, before);
}

#[tokio::test]
async fn an_older_reading_never_overwrites_a_newer_one() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    world
        .commit_one(&feed.page(1, vec![build(&world, 1, "completed")]).at(ONE))
        .await;
    let older = feed.page(2, vec![build(&world, 1, "inProgress")]).at(NOON);
    let result = world.commit_one(&older).await;
    assert_eq!(
        result.counts,
        Counts {
            unchanged: 1,
            ..Counts::default()
        }
    );
    assert_eq!(world.text(STATUS).await.as_deref(), Some("completed"));
}

#[tokio::test]
async fn within_a_second_the_later_page_wins_and_then_the_later_run() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    world
        .commit_one(&feed.page(9, vec![build(&world, 1, "second")]))
        .await;
    world
        .commit_one(&feed.page(2, vec![build(&world, 1, "first")]))
        .await;
    assert_eq!(world.text(STATUS).await.as_deref(), Some("second"));
    let feed = world.order(feed).await;
    world
        .commit_one(&feed.page(1, vec![build(&world, 1, "third")]))
        .await;
    assert_eq!(world.text(STATUS).await.as_deref(), Some("third"));
}

#[tokio::test]
async fn the_newest_of_two_readings_in_one_call_wins() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let newer = feed.page(1, vec![build(&world, 1, "newer")]).at(TWO);
    let older = feed
        .page(
            2,
            vec![build(&world, 1, "older"), build(&world, 1, "oldest")],
        )
        .at(NOON);
    let results = world.commit(&[&newer, &older]).await;
    assert_eq!(
        results[0].counts,
        Counts {
            created: 1,
            ..Counts::default()
        }
    );
    assert_eq!(
        results[1].counts,
        Counts {
            unchanged: 2,
            ..Counts::default()
        }
    );
    assert_eq!(world.text(STATUS).await.as_deref(), Some("newer"));
}

#[tokio::test]
async fn lists_are_replaced_with_their_row() {
    let world = World::new().await;
    let feed = world.feed::<Timeline>().await;
    let names =
        "SELECT concat(build_id, name) FROM ado.timeline_records ORDER BY build_id, position";
    let page = feed.page(
        1,
        vec![
            timeline(&world, 1, &["b", "a"]),
            timeline(&world, 2, &["c"]),
        ],
    );
    world.commit_one(&page).await;
    assert_eq!(world.texts(names).await, ["1b", "1a", "2c"]);
    let page = feed
        .page(
            2,
            vec![timeline(&world, 1, &["d"]), timeline(&world, 2, &["c"])],
        )
        .at(ONE);
    world.commit_one(&page).await;
    assert_eq!(world.texts(names).await, ["1d", "2c"]);
    world
        .commit_one(&feed.page(3, vec![timeline(&world, 1, &[])]).at(TWO))
        .await;
    assert_eq!(world.texts(names).await, ["2c"]);
}

#[tokio::test]
async fn what_postgresql_cannot_hold_is_taken_out_of_texts() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let record = Build {
        build_number: "a\0b".to_owned(),
        tags: vec!["c\0d".to_owned()],
        extra: r#"{"e":"\u0000\ud800"}"#.to_owned(),
        ..build(&world, 1, "completed")
    };
    let result = world.commit_one(&feed.page(1, vec![record])).await;
    assert_eq!(
        result.counts,
        Counts {
            created: 1,
            ..Counts::default()
        }
    );
    let row = "SELECT concat_ws(' ', build_number, tags, extra) FROM ado.builds";
    let text = world.text(row).await.unwrap();
    assert_eq!(text, "ab [\"cd\"] {\"e\": \"\u{FFFD}\"}");
}
