use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;

use crate::house::{House, soon};

const KEY: &str = "3f2504e0.ab12";

#[tokio::test]
async fn of_two_who_replace_a_value_one_is_too_late() {
    let house = House::new().await;
    let pace = house.provisioned("fetch-git").await.pace();
    let life = Duration::from_mins(1);
    let set = async |revision, value: &'static str| {
        pace.compare_and_set(KEY, revision, Bytes::from_static(value.as_bytes()), life)
            .await
            .unwrap()
    };
    assert_eq!(pace.get(KEY).await.unwrap(), None);
    let first = set(None, "a").await.unwrap();
    assert_eq!(set(None, "b").await, None);
    let second = set(Some(first), "c").await.unwrap();
    assert_eq!(set(Some(first), "d").await, None);
    let entry = pace.get(KEY).await.unwrap().unwrap();
    assert_eq!(entry.value.as_deref(), Some(b"c".as_slice()));
    assert_eq!(entry.revision, second);
}

#[tokio::test]
async fn a_value_expires_even_after_it_was_replaced_and_can_be_set_again() {
    let house = House::new().await;
    let pace = house.provisioned("fetch-git").await.pace();
    let life = Duration::from_secs(1);
    let first = pace
        .compare_and_set(KEY, None, Bytes::from_static(b"a"), life)
        .await
        .unwrap();
    let second = pace
        .compare_and_set(KEY, first, Bytes::from_static(b"b"), life)
        .await
        .unwrap();
    assert!(second.is_some());
    soon(async {
        while pace.get(KEY).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let again = pace
        .compare_and_set(KEY, None, Bytes::from_static(b"c"), life)
        .await
        .unwrap();
    assert!(again.is_some());
}

#[tokio::test]
async fn whoever_follows_a_value_hears_what_it_is_and_what_it_becomes() {
    let mut house = House::new().await;
    let pace = house.provisioned("fetch-git").await.pace();
    let other = house.provisioned("fetch-boards").await.pace();
    let life = Duration::from_mins(1);
    let mut watch = pace.watch(KEY);
    assert_eq!(soon(watch.next()).await.unwrap().unwrap(), None);
    let set = async |revision, value: &'static [u8]| {
        let value = Bytes::from_static(value);
        other
            .compare_and_set(KEY, revision, value, life)
            .await
            .unwrap()
    };
    let first = set(None, b"a").await;
    let heard = soon(watch.next()).await.unwrap().unwrap();
    assert_eq!(heard.as_deref(), Some(b"a".as_slice()));
    // One who begins now hears the last.
    let mut late = other.watch(KEY);
    let heard = soon(late.next()).await.unwrap().unwrap();
    assert_eq!(heard.as_deref(), Some(b"a".as_slice()));
    // What became of it while the connection was lost is read.
    house.nats.kill();
    house.nats.restart().await.unwrap();
    let heard = soon(watch.next()).await.unwrap().unwrap();
    assert_eq!(heard.as_deref(), Some(b"a".as_slice()));
    assert!(set(first, b"b").await.is_some());
    let heard = soon(watch.next()).await.unwrap().unwrap();
    assert_eq!(heard.as_deref(), Some(b"b".as_slice()));
}
