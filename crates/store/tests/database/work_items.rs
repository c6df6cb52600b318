//! Work items: the newest of their revisions.

use wire::proto::boards::v1::WorkItemRevision;

use crate::world::World;

fn revision(world: &World, id: i64, rev: i64, title: &str) -> WorkItemRevision {
    WorkItemRevision {
        id,
        rev,
        project_id: world.project.to_string(),
        title: title.to_owned(),
        changed_date: Some(prost_types::Timestamp {
            seconds: 1_000_000 + rev,
            nanos: 0,
        }),
        fields: r#"{"Custom.Field":1}"#.to_owned(),
        ..WorkItemRevision::default()
    }
}

const ITEMS: &str = "SELECT concat_ws(' ', id, rev, title) FROM ado.work_items ORDER BY id";
const ENDS: &str = "SELECT concat_ws(' ', rev, extract(epoch FROM revised_date)::bigint)
     FROM ado.work_item_revisions WHERE id = 1 ORDER BY rev";

#[tokio::test]
async fn a_work_item_is_its_newest_revision_in_whatever_order_they_come() {
    let world = World::new().await;
    let feed = world.feed::<WorkItemRevision>().await;
    let page = feed.page(
        1,
        vec![
            revision(&world, 1, 2, "two"),
            revision(&world, 2, 1, "other"),
        ],
    );
    world.commit_one(&page).await;
    assert_eq!(world.texts(ITEMS).await, ["1 2 two", "2 1 other"]);
    let page = feed.page(
        2,
        vec![
            revision(&world, 1, 1, "one"),
            revision(&world, 1, 3, "three"),
        ],
    );
    world.commit_one(&page).await;
    assert_eq!(world.texts(ITEMS).await, ["1 3 three", "2 1 other"]);
    world
        .commit_one(&feed.page(3, vec![revision(&world, 1, 3, "three, corrected")]))
        .await;
    assert_eq!(
        world.texts(ITEMS).await,
        ["1 3 three, corrected", "2 1 other"]
    );
}

#[tokio::test]
async fn a_revision_ends_where_the_next_begins() {
    let world = World::new().await;
    let feed = world.feed::<WorkItemRevision>().await;
    world
        .commit_one(&feed.page(1, vec![revision(&world, 1, 1, "one")]))
        .await;
    assert_eq!(world.texts(ENDS).await, ["1"]);
    world
        .commit_one(&feed.page(2, vec![revision(&world, 1, 3, "three")]))
        .await;
    assert_eq!(world.texts(ENDS).await, ["1", "3"]);
    world
        .commit_one(&feed.page(3, vec![revision(&world, 1, 2, "two")]))
        .await;
    assert_eq!(world.texts(ENDS).await, ["1 1000002", "2 1000003", "3"]);
    // The same reading again changes nothing.
    world
        .commit_one(&feed.page(4, vec![revision(&world, 1, 1, "one")]))
        .await;
    assert_eq!(world.texts(ENDS).await, ["1 1000002", "2 1000003", "3"]);
}
