//! What cannot be stored costs itself alone.

use prost::Message;
use store::{Counts, DeadLetter, Fate};
use wire::{
    Content,
    proto::{control::v1::Completeness, pipelines::v1::Build},
};

use crate::{records::build, world::World};

#[tokio::test]
async fn one_bad_record_never_costs_its_neighbours() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let mut builds: Vec<_> = (0..100).map(|id| build(&world, id, "completed")).collect();
    for id in [0, 41, 42, 99] {
        builds[id].extra = "{".to_owned();
    }
    builds[7].project_id = "no guid".to_owned();
    let bad = builds[41].clone();
    let result = world
        .commit_one(&feed.page(1, builds).cursor("1").last())
        .await;
    assert_eq!(
        result.counts,
        Counts {
            created: 95,
            dead: 5,
            ..Counts::default()
        }
    );
    assert_eq!(result.changes.len(), 95);
    assert_eq!(world.number("SELECT count(*) FROM ado.builds").await, 95);
    let letters = world
        .database
        .store
        .dead_letter_list("builds", 10)
        .await
        .unwrap();
    assert_eq!(letters.len(), 5);
    let letter = letters.iter().find(|letter| letter.key == "41").unwrap();
    assert_eq!(Build::decode(letter.raw.as_slice()).unwrap(), bad);
    assert!(letter.reason.contains("json"), "{}", letter.reason);
    let letter = letters.iter().find(|letter| letter.key == "7").unwrap();
    assert_eq!(letter.reason, "project_id is no guid: `no guid`");
    // The cursor moves on, and the feed does not claim to be complete.
    let outcome = result.ended.unwrap().outcome;
    assert_eq!(outcome.completeness(), Completeness::Partial);
    let feed =
        "SELECT concat_ws(' ', convert_from(cursor, 'UTF8'), status, reason) FROM sync.feeds";
    assert_eq!(
        world.text(feed).await.as_deref(),
        Some("1 partial dead_letters")
    );
}

#[tokio::test]
async fn bytes_that_are_no_page_are_kept_whole() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let good = feed.page(1, vec![build(&world, 1, "completed")]);
    for (page, content) in [
        (2, Content::Records),
        (3, Content::Deletions),
        (4, Content::Unreadables),
    ] {
        let broken = feed.sent(page, content, b"\xFF\xFF\xFF".to_vec());
        let results = world.commit(&[&broken, &good]).await;
        assert_eq!(results[0].fate, Fate::Committed);
        assert_eq!(
            results[0].counts,
            Counts {
                dead: 1,
                ..Counts::default()
            }
        );
        let letters = world.database.store.dead_letter_list("", 1).await.unwrap();
        assert_eq!(letters[0].raw, b"\xFF\xFF\xFF");
        assert_eq!(letters[0].page, Some(page));
    }
    assert_eq!(
        world.number("SELECT contiguous_page FROM sync.feeds").await,
        4
    );
}

#[tokio::test]
async fn a_payload_that_does_not_decompress_is_kept_as_it_came() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let page = feed.sent(1, Content::Records, b"zzz".to_vec());
    let mut page = page.page_in();
    page.defect = Some("the payload does not decompress");
    let result = world.database.store.commit(&[page]).await.unwrap();
    assert_eq!(result[0].counts.dead, 1);
    let letters = world
        .database
        .store
        .dead_letter_list("builds", 10)
        .await
        .unwrap();
    assert_eq!(letters[0].reason, "the payload does not decompress");
}

#[tokio::test]
async fn what_fetchers_could_not_read_is_kept_part_by_part() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let page = feed.unreadables(1, &[("no id", b"{\"a\0\":1}"), ("cut", b"{")]);
    let result = world.commit_one(&page.last()).await;
    assert_eq!(
        result.counts,
        Counts {
            dead: 2,
            ..Counts::default()
        }
    );
    let letters = world
        .database
        .store
        .dead_letter_list("builds", 10)
        .await
        .unwrap();
    assert_eq!(
        (letters[1].reason.as_str(), letters[1].raw.as_slice()),
        ("no id", b"{\"a\0\":1}".as_slice())
    );
    assert_eq!(letters[0].raw, b"{");
}

#[tokio::test]
async fn a_message_that_is_no_page_at_all_can_be_kept() {
    let world = World::new().await;
    let letter = DeadLetter {
        reason: "the header Adit-Feed is missing\0".to_owned(),
        raw: b"?".to_vec(),
        ..DeadLetter::default()
    };
    world.database.store.dead_letter_add(&letter).await.unwrap();
    assert_eq!(
        world.number("SELECT count(*) FROM sync.dead_letters").await,
        1
    );
}

#[tokio::test]
async fn keys_that_cannot_be_taken_apart_are_dead_letters() {
    let world = World::new().await;
    let feed = world.feed::<Build>().await;
    let result = world
        .commit_one(&feed.deletions(1, &["one".to_owned()]))
        .await;
    assert_eq!(
        result.counts,
        Counts {
            dead: 1,
            ..Counts::default()
        }
    );
}
