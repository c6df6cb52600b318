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
    let mut watch = pace.watch(KEY);
    let first = pace
        .compare_and_set(KEY, None, Bytes::from_static(b"a"), life)
        .await
        .unwrap();
    let second = pace
        .compare_and_set(KEY, first, Bytes::from_static(b"b"), life)
        .await
        .unwrap();
    assert!(second.is_some());
    let gone = soon(async {
        loop {
            let entry = watch.next().await.unwrap().unwrap();
            if entry.value.is_none() {
                return entry;
            }
        }
    })
    .await;
    assert_eq!(gone.key, KEY);
    assert_eq!(pace.get(KEY).await.unwrap(), None);
    let again = pace
        .compare_and_set(KEY, None, Bytes::from_static(b"c"), life)
        .await
        .unwrap();
    assert!(again.is_some());
    let entry = soon(watch.next()).await.unwrap().unwrap();
    assert_eq!(entry.value.as_deref(), Some(b"c".as_slice()));
}
