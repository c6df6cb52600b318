//! From pages to rows and changed records.

use std::time::Duration;

use bus::Since;
use chassis::End;
use futures::StreamExt as _;
use prost::Message;
use wire::{
    Entity, Envelope,
    proto::{control::v1::RunEnded, pipelines::v1::Build},
    subject,
};

use crate::house::{House, PROJECT, build, builds, envelope, feed, last, soon};

#[tokio::test]
async fn pages_become_rows_and_changes_and_the_run_ends() {
    let house = House::new().await;
    let mut ended = house
        .bus
        .subscribe::<RunEnded>(subject::RUN_ENDED, None)
        .await
        .unwrap();
    house.publish(&last(2), builds(&[2, 3])).await;
    house.publish(&envelope(1), builds(&[1])).await;

    let event = soon(ended.next()).await.unwrap().unwrap();
    assert_eq!(event.feed_id, feed().to_string());
    assert_eq!((event.epoch, event.entity.as_str()), (1, "builds"));
    assert_eq!(event.outcome.unwrap().requests, 5);
    let rows = "SELECT string_agg(id::text, ' ' ORDER BY id) FROM ado.builds";
    assert_eq!(house.sql(rows).await, "1 2 3");
    let standing = "SELECT status, convert_from(cursor, 'UTF8') FROM sync.feeds";
    assert_eq!(house.sql(standing).await, "complete|2");

    let changes: Vec<_> = house
        .bus
        .tail(subject::RECORDS.to_owned(), Since::Beginning)
        .take(3)
        .collect()
        .await;
    let mut ids: Vec<i64> = Vec::new();
    for change in changes {
        let change = change.unwrap();
        assert!(
            change
                .subject
                .ends_with(&format!(".{PROJECT}.pipelines.builds"))
        );
        assert_eq!(change.headers["Adit-Operation"], "created");
        let record = Build::decode(change.payload).unwrap();
        assert_eq!(change.headers["Adit-Key"], record.id.to_string());
        assert_eq!(record, build(record.id));
        ids.push(record.id);
    }
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3]);

    // It ends when it is asked to, with nothing in hand.
    let end = house.lifecycle.end(Duration::from_secs(20)).await;
    assert!(matches!(end, End::Clean), "{end:?}");
}

#[tokio::test]
async fn what_is_no_page_becomes_a_dead_letter_and_holds_nothing_up() {
    let house = House::new().await;
    let kittens: &'static Entity = Box::leak(Box::new(Entity {
        name: "kittens",
        ..*envelope(1).entity
    }));
    let stranger = Envelope {
        entity: kittens,
        ..envelope(7)
    };
    house.publish(&stranger, b"meow".to_vec()).await;
    house.publish(&envelope(1), b"\xFF\xFF".to_vec()).await;
    house.publish(&last(2), builds(&[1])).await;
    house.until("SELECT count(*) FROM ado.builds", "1").await;
    house
        .until(
            "SELECT status, reason FROM sync.feeds",
            "partial|dead_letters",
        )
        .await;
    house
        .until(
            "SELECT string_agg(concat_ws(' ', entity, encode(raw, 'hex')), ', ' ORDER BY entity) FROM sync.dead_letters",
            "6d656f77, builds ffff",
        )
        .await;
}
