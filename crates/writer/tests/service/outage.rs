//! The database goes away and comes back.

use std::time::Duration;

use crate::house::{House, builds, envelope, last, soon};

#[tokio::test]
async fn a_page_waits_for_the_database_and_readiness_says_so() {
    let mut house = House::new().await;
    house.publish(&envelope(1), builds(&[1])).await;
    house.until("SELECT count(*) FROM ado.builds", "1").await;
    assert!(house.lifecycle.readiness.missing(None).is_empty());

    house.postgres.stop().await.unwrap();
    house.publish(&last(2), builds(&[2])).await;
    soon(async {
        while house.lifecycle.readiness.missing(None).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let missing = house.lifecycle.readiness.missing(None).remove(0);
    assert_eq!((missing.service, missing.condition), ("writer", "database"));

    house.postgres.restart().await.unwrap();
    house.until("SELECT count(*) FROM ado.builds", "2").await;
    house
        .until("SELECT status FROM sync.feeds", "complete")
        .await;
    soon(async {
        while !house.lifecycle.readiness.missing(None).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert!(!house.lifecycle.is_stopping(), "it lived through it");
}
