use std::time::Duration;

use wire::Domain;
use wire::subject::Priority;

use crate::house::{House, job, soon};

#[tokio::test]
async fn a_newer_job_of_a_feed_replaces_the_one_that_waits() {
    let house = House::new().await;
    let bus = house.provisioned("scheduler").await;
    for epoch in [1, 2, 3] {
        bus.publish_job(&job(7, epoch), Domain::Git, Priority::Fresh)
            .await
            .unwrap();
    }
    let mut jobs = bus.jobs(Domain::Git);
    let delivery = soon(jobs.next()).await.unwrap();
    assert_eq!(delivery.message, job(7, 3));
    assert_eq!(delivery.delivered, 1);
    delivery.ack().await.unwrap();
    let none = tokio::time::timeout(Duration::from_millis(300), jobs.next()).await;
    assert!(none.is_err(), "{none:?}");
}

#[tokio::test]
async fn a_fresh_job_comes_before_one_of_backfill_and_other_domains_see_neither() {
    let house = House::new().await;
    let bus = house.provisioned("scheduler").await;
    bus.publish_job(&job(1, 1), Domain::Git, Priority::Backfill)
        .await
        .unwrap();
    bus.publish_job(&job(2, 1), Domain::Git, Priority::Fresh)
        .await
        .unwrap();
    bus.publish_job(&job(3, 1), Domain::Tfvc, Priority::Fresh)
        .await
        .unwrap();
    let mut jobs = bus.jobs(Domain::Git);
    for feed in [2, 1] {
        let delivery = soon(jobs.next()).await.unwrap();
        assert_eq!(delivery.message, job(feed, 1));
        delivery.ack().await.unwrap();
    }
}

#[tokio::test]
async fn a_job_given_back_comes_again_after_its_delay_and_is_counted() {
    let house = House::new().await;
    let bus = house.provisioned("scheduler").await;
    bus.publish_job(&job(1, 1), Domain::Git, Priority::Fresh)
        .await
        .unwrap();
    let mut jobs = bus.jobs(Domain::Git);
    let first = soon(jobs.next()).await.unwrap();
    let before = tokio::time::Instant::now();
    first.nak(Duration::from_millis(700)).await.unwrap();
    let second = soon(jobs.next()).await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(650));
    assert_eq!(second.delivered, 2);
    second.term().await.unwrap();
    let none = tokio::time::timeout(Duration::from_millis(300), jobs.next()).await;
    assert!(none.is_err(), "{none:?}");
}

#[tokio::test]
async fn a_job_that_comes_while_nobody_looks_is_not_lost_to_a_dropped_wait() {
    let house = House::new().await;
    let bus = house.provisioned("scheduler").await;
    let mut jobs = bus.jobs(Domain::Git);
    let none = tokio::time::timeout(Duration::from_millis(300), jobs.next()).await;
    assert!(none.is_err(), "{none:?}");
    // The dropped wait's question is still open, so this job is drawn at once.
    bus.publish_job(&job(1, 1), Domain::Git, Priority::Backfill)
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let delivery = soon(jobs.next()).await.unwrap();
    assert_eq!(delivery.message, job(1, 1));
    assert_eq!(delivery.delivered, 1);
}

#[tokio::test]
async fn a_waiting_fetcher_gets_a_job_at_once_and_two_share_them() {
    let house = House::new().await;
    let bus = house.provisioned("scheduler").await;
    let (mut one, mut other) = (bus.jobs(Domain::Git), bus.jobs(Domain::Git));
    let publish = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for feed in [1, 2] {
            bus.publish_job(&job(feed, 1), Domain::Git, Priority::Fresh)
                .await
                .unwrap();
        }
        tokio::time::Instant::now()
    };
    let (first, second, published) = soon(Box::pin(async {
        tokio::join!(one.next(), other.next(), publish)
    }))
    .await;
    assert!(published.elapsed() < Duration::from_secs(2));
    assert_ne!(
        first.unwrap().message.feed_id,
        second.unwrap().message.feed_id
    );
}
