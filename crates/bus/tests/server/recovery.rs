use std::time::Duration;

use bus::{ChangedRecord, Error, PublishError, Since};
use futures::StreamExt as _;
use tokio::time::Instant;
use uuid::Uuid;
use wire::Domain;
use wire::subject::{self, Priority};

use crate::house::{House, envelope, job, soon};

const WAIT: Duration = Duration::from_millis(200);

fn record() -> ChangedRecord {
    ChangedRecord {
        subject: subject::record(Uuid::from_u128(1), None, wire::entity("builds").unwrap()),
        headers: vec![("Adit-Key", "7".to_owned())],
        payload: b"x".to_vec(),
    }
}

/// A publish may meet the server while it is down: callers try again.
async fn stored(publish: impl AsyncFn() -> Result<(), PublishError>) {
    while publish().await.is_err() {
        tokio::time::sleep(WAIT).await;
    }
}

#[tokio::test]
async fn everything_flows_on_after_the_jetstream_directory_was_wiped() {
    let mut house = House::new().await;
    let scheduler = house.provisioned("scheduler").await;
    let fetcher = house.bus("fetch-git").await;
    let writer = house.bus("writer").await;
    let (mut jobs, mut pages) = (fetcher.jobs(Domain::Git), writer.pages());
    let mut tail = writer.tail(subject::RECORDS.to_owned(), Since::Beginning);
    writer.publish_records(vec![record()]).await.unwrap();
    soon(tail.next()).await.unwrap().unwrap();
    let pace = fetcher.pace();
    pace.compare_and_set("k", None, "a".into(), Duration::from_mins(1))
        .await
        .unwrap();

    let waiting = async { tokio::join!(jobs.next(), pages.take(10, WAIT), tail.next()) };
    let disaster = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        house.nats.wipe().await.unwrap();
        let wiped = Instant::now();
        stored(async || {
            scheduler
                .publish_job(&job(1, 2), Domain::Git, Priority::Fresh)
                .await
        })
        .await;
        stored(async || fetcher.publish_page(&envelope(1), None, vec![1]).await).await;
        stored(async || writer.publish_records(vec![record(), record()]).await).await;
        wiped
    };
    let ((job, pages, record), wiped) =
        soon(Box::pin(async { tokio::join!(waiting, disaster) })).await;
    assert_eq!(job.unwrap().message.epoch, 2);
    assert_eq!(pages.unwrap().len(), 1);
    assert_eq!(record.unwrap().unwrap().payload.as_ref(), b"x");
    assert!(
        wiped.elapsed() < Duration::from_secs(8),
        "{:?}",
        wiped.elapsed()
    );
    assert_eq!(pace.get("k").await.unwrap(), None);
}

#[tokio::test]
async fn an_acknowledgement_of_what_was_wiped_does_no_harm() {
    let mut house = House::new().await;
    let bus = house.provisioned("fetch-git").await;
    bus.publish_job(&job(1, 1), Domain::Git, Priority::Fresh)
        .await
        .unwrap();
    let delivery = soon(bus.jobs(Domain::Git).next()).await.unwrap();
    house.nats.wipe().await.unwrap();
    soon(async {
        while !bus.is_connected() {
            tokio::time::sleep(WAIT).await;
        }
    })
    .await;
    // The consumer of that name is a new one, which says nothing to the number of a message that it never gave.
    let told = delivery.ack().await;
    assert!(
        matches!(told, Ok(()) | Err(Error::TimedOut { .. })),
        "{told:?}"
    );
    bus.provision().await.unwrap();
    bus.publish_job(&job(1, 1), Domain::Git, Priority::Fresh)
        .await
        .unwrap();
    let delivery = soon(bus.jobs(Domain::Git).next()).await.unwrap();
    delivery.ack().await.unwrap();
}

#[tokio::test]
async fn a_restart_of_the_server_loses_nothing() {
    let mut house = House::new().await;
    let bus = house.provisioned("fetch-git").await;
    bus.publish_page(&envelope(1), None, vec![1]).await.unwrap();
    house.nats.kill();
    house.nats.restart().await.unwrap();
    let taken = soon(bus.pages().take(10, WAIT)).await.unwrap();
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn provisioning_again_and_by_many_at_once_changes_nothing() {
    let house = House::new().await;
    let bus = house.provisioned("auth").await;
    let other = house.bus("auth").await;
    let (one, two) = tokio::join!(bus.provision(), other.provision());
    one.unwrap();
    two.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let port = local::free_port().unwrap();
    let mut options = bus::Options::new(format!("nats://adit:hunter2@127.0.0.1:{port}"));
    options.patience = Duration::from_millis(300);
    let error = bus::Bus::connect("writer", &options).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Connect { .. }), "{text}");
    assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}
