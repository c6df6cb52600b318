//! Rows as the ground truth writes them.

use futures::TryStreamExt as _;
use serde_json::{Value, json};
use wire::{
    Record,
    proto::{
        core::v1::Identity,
        git::v1::{PullRequestComment, PullRequestThread, PullRequestThreads},
        pipelines::v1::{Build, Timeline},
    },
};

use crate::{
    records::{build, timeline},
    world::World,
};

async fn exported<R: Record>(world: &World) -> Vec<Value> {
    let rows = world.database.store.export(R::ENTITY, world.organization);
    rows.try_collect().await.unwrap()
}

#[tokio::test]
async fn a_row_says_what_its_record_said() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let record = Build {
        finish_time: Some(prost_types::Timestamp {
            seconds: 1_700_000_000,
            nanos: 123_456_700,
        }),
        requested_for: Some(Identity {
            id: "x".to_owned(),
            display_name: "Ada 🦊".to_owned(),
            ..Identity::default()
        }),
        trigger_info: r#"{"b":1.50,"a":null}"#.to_owned(),
        extra: r#"{"not":"said"}"#.to_owned(),
        ..build(&world, 1, "completed")
    };
    world.commit_one(&feed.page(1, vec![record])).await;
    let expected = json!({
        "id": 1,
        "project_id": world.project.to_string(),
        "definition_id": 0,
        "definition_revision": 0,
        "status": "completed",
        "finish_time": "2023-11-14T22:13:20.123456Z",
        "requested_for_id": "x",
        "requested_for_display_name": "Ada 🦊",
        "tags": ["nightly"],
        "trigger_info": {"b": 1.5, "a": null},
        "keep_forever": false,
        "retained_by_release": false,
        "deleted": false,
    });
    assert_eq!(exported::<Build>(&world).await, [expected]);
    assert_eq!(
        world
            .database
            .store
            .count(Build::ENTITY, world.organization)
            .await
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn lists_and_lists_within_lists_are_arrays() {
    let world = World::new().await;
    let feed = world.feed::<PullRequestThreads>().await;
    let comment = |id: i64| PullRequestComment {
        id,
        content: format!("comment {id}"),
        ..PullRequestComment::default()
    };
    let thread = |id: i64, comments: &[i64]| PullRequestThread {
        id,
        comments: comments.iter().copied().map(comment).collect(),
        ..PullRequestThread::default()
    };
    let record = PullRequestThreads {
        pull_request_id: 5,
        repository_id: world.repository.to_string(),
        project_id: world.project.to_string(),
        threads: vec![thread(12, &[1, 2]), thread(11, &[]), thread(13, &[1])],
    };
    let bare = PullRequestThreads {
        pull_request_id: 6,
        ..PullRequestThreads::default()
    };
    world.commit_one(&feed.page(1, vec![record, bare])).await;
    let mut rows = exported::<PullRequestThreads>(&world).await;
    rows.sort_by_key(|row| row["pull_request_id"].as_i64());
    let comment = |id: i64| json!({"id": id, "content": format!("comment {id}"), "parent_comment_id": 0, "is_deleted": false, "likes": 0});
    assert_eq!(
        rows,
        [
            json!({
                "pull_request_id": 5,
                "repository_id": world.repository.to_string(),
                "project_id": world.project.to_string(),
                "threads": [
                    {"id": 12, "is_deleted": false, "comments": [comment(1), comment(2)]},
                    {"id": 11, "is_deleted": false},
                    {"id": 13, "is_deleted": false, "comments": [comment(1)]},
                ],
            }),
            json!({"pull_request_id": 6}),
        ]
    );
}

#[tokio::test]
async fn deleted_rows_are_left_out() {
    let world = World::new().await;
    let feed = world.feed::<Timeline>().await;
    world
        .commit_one(&feed.page(
            1,
            vec![timeline(&world, 1, &["a"]), timeline(&world, 2, &[])],
        ))
        .await;
    world
        .commit_one(&feed.deletions(2, &["1".to_owned()]))
        .await;
    let rows = exported::<Timeline>(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["build_id"], 2);
}
