use std::time::Duration;

use bus::{PublishError, Streams};
use uuid::Uuid;

use crate::house::{House, envelope, soon};

const WAIT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_page_arrives_whole_with_its_envelope_and_is_forgotten_once_acknowledged() {
    let house = House::new().await;
    let bus = house.provisioned("fetch-git").await;
    let payload = b"record ".repeat(1_000);
    let project = Some(Uuid::from_u128(9));
    for page in [1, 2] {
        bus.publish_page(&envelope(page), project, payload.clone())
            .await
            .unwrap();
    }
    // What is sent twice within the window is stored once.
    bus.publish_page(&envelope(2), project, payload.clone())
        .await
        .unwrap();
    let mut pages = bus.pages();
    let taken = soon(pages.take(10, WAIT)).await.unwrap();
    assert_eq!(taken.len(), 2);
    for (page, number) in taken.iter().zip([1, 2]) {
        assert_eq!(*page.envelope.as_ref().unwrap(), envelope(number));
        assert_eq!(*page.payload.as_ref().unwrap(), payload);
        assert!(page.raw.len() < payload.len() / 10);
        assert!(page.subject.ends_with(&Uuid::from_u128(9).to_string()));
        assert_eq!(page.delivered, 1);
        page.ack().await.unwrap();
    }
    assert!(
        tokio::time::timeout(WAIT * 3, pages.take(10, WAIT))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_page_given_back_is_delivered_again_and_counted() {
    let house = House::new().await;
    let bus = house.provisioned("writer").await;
    bus.publish_page(&envelope(1), None, vec![1]).await.unwrap();
    let mut pages = bus.pages();
    let first = soon(pages.take(10, WAIT)).await.unwrap();
    first[0].nak(Duration::ZERO).await.unwrap();
    let second = soon(pages.take(10, WAIT)).await.unwrap();
    assert_eq!(second[0].delivered, 2);
}

#[tokio::test]
async fn a_writer_that_stops_gives_back_what_it_had_drawn() {
    let house = House::new().await;
    let bus = house.provisioned("writer").await;
    let mut stopping = bus.pages();
    assert!(
        tokio::time::timeout(WAIT * 2, stopping.take(10, WAIT))
            .await
            .is_err()
    );
    bus.publish_page(&envelope(1), None, vec![1]).await.unwrap();
    tokio::time::sleep(WAIT).await;
    stopping.close().await.unwrap();
    let taken = soon(bus.pages().take(10, WAIT)).await.unwrap();
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn bytes_that_are_no_page_are_delivered_as_such() {
    let house = House::new().await;
    let bus = house.provisioned("writer").await;
    // The bus publishes pages only; an event on their subject is stored like any message.
    let subject = "adit.pages.v1.git.refs.x.y";
    bus.publish_event(subject, &crate::house::job(1, 1))
        .await
        .unwrap();
    let taken = soon(bus.pages().take(10, WAIT)).await.unwrap();
    assert!(taken[0].envelope.is_err());
    assert!(!taken[0].raw.is_empty());
    taken[0].term().await.unwrap();
}

#[tokio::test]
async fn a_full_stream_refuses_and_flows_on_once_there_is_room() {
    let house = House::new().await;
    let mut options = house.options();
    options.streams = Streams {
        pages_bytes: 64 << 10,
        ..Streams::default()
    };
    house.keep(&options).await;
    let bus = house.provisioned("fetch-git").await;
    let noise = |page: u64| {
        let mut state = page;
        (0..20_000)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                state.to_be_bytes()[0]
            })
            .collect::<Vec<u8>>()
    };
    let mut stored = 0;
    let refusal = loop {
        let page = stored + 1;
        let published = bus
            .publish_page(&envelope(page), None, noise(page.unsigned_abs()))
            .await;
        match published {
            Ok(()) => stored = page,
            Err(error) => break error,
        }
        assert!(stored < 10, "it should be full");
    };
    assert!(matches!(refusal, PublishError::Full(_)), "{refusal}");
    let mut pages = bus.pages();
    for page in soon(pages.take(1, WAIT)).await.unwrap() {
        page.ack().await.unwrap();
    }
    bus.publish_page(&envelope(stored + 1), None, noise(1))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_page_larger_than_nats_takes_says_so() {
    let house = House::new().await;
    let bus = house.provisioned("fetch-git").await;
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    });
    let payload: Vec<u8> = noise.take(2 << 20).collect();
    let refusal = bus
        .publish_page(&envelope(1), None, payload)
        .await
        .unwrap_err();
    assert!(
        matches!(refusal, PublishError::TooLarge { bytes, most } if bytes > most),
        "{refusal}"
    );
}
