//! An operator meddles with streams and consumers while we work.

use std::time::Duration;

use async_nats::jetstream::{self, stream};
use bus::{Error, PublishError, Since};
use futures::{StreamExt as _, TryStreamExt as _};
use wire::Domain;
use wire::subject::{self, Priority};

use crate::house::{House, job, soon};
use crate::records::{key, records};

async fn operator(house: &House) -> jetstream::Context {
    jetstream::new(async_nats::connect(house.nats.url()).await.unwrap())
}

#[tokio::test]
async fn a_consumer_and_a_stream_that_were_deleted_are_made_anew() {
    let house = House::new().await;
    let bus = house.provisioned("scheduler").await;
    let operator = operator(&house).await;
    let mut jobs = bus.jobs(Domain::Git);
    let meddle = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        operator
            .delete_consumer_from_stream("fetch-git-fresh", "ADIT-JOBS")
            .await
            .unwrap();
        bus.publish_job(&job(1, 1), Domain::Git, Priority::Fresh)
            .await
            .unwrap();
    };
    let (delivery, ()) = soon(async { tokio::join!(jobs.next(), meddle) }).await;
    delivery.unwrap().ack().await.unwrap();
    let meddle = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        operator.delete_stream("ADIT-JOBS").await.unwrap();
        // A message that comes while the stream is being made is answered by nobody; like the scheduler, publish again.
        while let Err(error) = bus
            .publish_job(&job(1, 2), Domain::Git, Priority::Fresh)
            .await
        {
            assert!(
                matches!(error, PublishError::Other(Error::TimedOut { .. })),
                "{error}"
            );
        }
    };
    let (delivery, ()) = soon(async { tokio::join!(jobs.next(), meddle) }).await;
    assert_eq!(delivery.unwrap().message.epoch, 2);
}

#[tokio::test]
async fn a_changed_setting_is_put_right_and_what_cannot_be_is_an_error_that_names_it() {
    let house = House::new().await;
    let bus = house.bus("auth").await;
    bus.provision().await.unwrap();
    let operator = operator(&house).await;
    let config = async |name: &str| {
        let stream = operator.get_stream(name).await.unwrap();
        stream.cached_info().config.clone()
    };
    let drifted = stream::Config {
        max_age: Duration::from_hours(1),
        ..config("ADIT-RECORDS").await
    };
    operator.update_stream(&drifted).await.unwrap();
    bus.provision().await.unwrap();
    let age = config("ADIT-RECORDS").await.max_age;
    assert_eq!(age, Duration::from_hours(7 * 24));

    operator.delete_stream("ADIT-PAGES").await.unwrap();
    let wrong = stream::Config {
        name: "ADIT-PAGES".to_owned(),
        subjects: vec![subject::PAGES.to_owned()],
        storage: stream::StorageType::Memory,
        ..stream::Config::default()
    };
    operator.create_stream(wrong).await.unwrap();
    let error = bus.provision().await.unwrap_err().to_string();
    assert!(error.contains("ADIT-PAGES"), "{error}");
}

#[tokio::test]
async fn records_are_published_singly_where_batches_are_refused() {
    let house = House::new().await;
    let bus = house.provisioned("writer").await;
    let operator = operator(&house).await;
    let stream = operator.get_stream("ADIT-RECORDS").await.unwrap();
    let without = stream::Config {
        allow_atomic_publish: false,
        ..stream.cached_info().config.clone()
    };
    operator.update_stream(&without).await.unwrap();
    bus.publish_records(records(0, 300)).await.unwrap();
    let tail = bus.tail(subject::RECORDS.to_owned(), Since::Beginning);
    let all: Vec<_> = soon(tail.take(300).try_collect()).await.unwrap();
    assert!(all.iter().map(key).eq(0..300));
}
