//! Gaps and their answers.

use wire::proto::{control::v1::GapState, pipelines::v1::Timeline};

use crate::{
    records::timeline,
    world::{ONE, World},
};

const DETAILS: &str =
    "SELECT concat_ws(' ', key, version, state, attempts, reason) FROM sync.details ORDER BY key";
const WAITS: &str =
    "SELECT extract(epoch FROM not_before - read_at)::bigint::text FROM sync.details ORDER BY key";

#[tokio::test]
async fn answers_to_gaps_are_kept() {
    let world = World::new().await;
    let feed = world.feed::<Timeline>().await;
    let page = feed.page(1, vec![timeline(&world, 1, &["a"])]).answers(&[
        ("1", "v1", GapState::Read),
        ("2", "v1", GapState::Absent),
        ("3", "v1", GapState::Refused),
    ]);
    world.commit_one(&page.last()).await;
    assert_eq!(
        world.texts(DETAILS).await,
        ["1 v1 read 1 ", "2 v1 absent 1 ", "3 v1 refused 1 throttled"]
    );
    let feed = world.order(feed).await;
    let page = feed
        .page(1, vec![timeline(&world, 2, &["a"])])
        .answers(&[("2", "v2", GapState::Read), ("3", "v2", GapState::Refused)]);
    world.commit_one(&page.at(ONE).last()).await;
    assert_eq!(
        world.texts(DETAILS).await,
        ["1 v1 read 1 ", "2 v2 read 1 ", "3 v2 refused 2 throttled"]
    );
}

#[tokio::test]
async fn a_refused_gap_waits_longer_each_time() {
    let world = World::new().await;
    let mut feed = world.feed::<Timeline>().await;
    for seconds in ["60", "120", "240", "480"] {
        let page = feed
            .page::<Timeline>(1, Vec::new())
            .answers(&[("3", "v", GapState::Refused)]);
        world.commit_one(&page.last()).await;
        assert_eq!(world.texts(WAITS).await, [seconds]);
        feed = world.order(feed).await;
    }
    let page = feed
        .page(1, vec![timeline(&world, 3, &[])])
        .answers(&[("3", "v", GapState::Read)]);
    world.commit_one(&page.last()).await;
    assert_eq!(world.texts(WAITS).await, ["0"]);
    assert_eq!(world.texts(DETAILS).await, ["3 v read 1 "]);
}

#[tokio::test]
async fn a_detail_that_cannot_be_stored_was_not_read() {
    let world = World::new().await;
    let feed = world.feed::<Timeline>().await;
    let mut broken = timeline(&world, 1, &["a"]);
    broken.records[0].issues = "no json".to_owned();
    let page = feed
        .page(1, vec![broken, timeline(&world, 2, &["b"])])
        .answers(&[("1", "v", GapState::Read), ("2", "v", GapState::Read)]);
    world.commit_one(&page.last()).await;
    let details = world.texts(DETAILS).await;
    assert!(
        details[0].starts_with("1 v refused 1 invalid input syntax"),
        "{details:?}"
    );
    assert_eq!(details[1], "2 v read 1 ");
}
