use bus::{ChangedRecord, RecordMessage, Since};
use futures::{StreamExt as _, TryStreamExt as _};
use uuid::Uuid;
use wire::subject;

use crate::house::{House, soon};

pub(crate) fn records(from: usize, count: usize) -> Vec<ChangedRecord> {
    let entity = wire::entity("builds").unwrap();
    (from..from + count)
        .map(|number| ChangedRecord {
            subject: subject::record(Uuid::from_u128(1), None, entity),
            headers: vec![("Adit-Key", number.to_string())],
            payload: number.to_string().into_bytes(),
        })
        .collect()
}

pub(crate) fn key(record: &RecordMessage) -> usize {
    record.headers["Adit-Key"].parse().unwrap()
}

#[tokio::test]
async fn changed_records_arrive_in_order_however_many_there_are() {
    let house = House::new().await;
    let bus = house.provisioned("writer").await;
    bus.publish_records(records(0, 2_501)).await.unwrap();
    bus.publish_records(records(2_501, 1)).await.unwrap();
    bus.publish_records(Vec::new()).await.unwrap();
    let tail = bus.tail(subject::records(None, None, None, None), Since::Beginning);
    let all: Vec<_> = soon(tail.take(2_502).try_collect()).await.unwrap();
    assert!(all.iter().map(key).eq(0..2_502));
    assert!(all.iter().map(|record| record.sequence).eq(1..=2_502));
    let in_batches = all
        .iter()
        .filter(|record| record.headers.contains_key("Nats-Batch-Id"))
        .count();
    assert_eq!(in_batches, 2_501);
}

#[tokio::test]
async fn a_tail_begins_where_it_is_told_to_and_sees_only_what_it_asks_for() {
    let house = House::new().await;
    let bus = house.provisioned("writer").await;
    bus.publish_records(records(0, 10)).await.unwrap();
    let all = subject::records(None, None, None, None);
    let old: Vec<_> = soon(
        bus.tail(all.clone(), Since::Beginning)
            .take(10)
            .try_collect(),
    )
    .await
    .unwrap();
    let mut new = bus.tail(all.clone(), Since::Now);
    let (first, ()) = soon(async {
        tokio::join!(new.next(), async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            bus.publish_records(records(10, 2)).await.unwrap();
        })
    })
    .await;
    let first = first.unwrap().unwrap();
    assert_eq!(key(&first), 10);
    let since = Since::Time(first.time);
    let since = soon(bus.tail(all, since).next()).await.unwrap().unwrap();
    assert_eq!(key(&since), 10);
    assert!(old[9].time < first.time);
    let other = subject::records(Some(Uuid::from_u128(2)), None, None, None);
    let mut none = bus.tail(other, Since::Beginning);
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(300), none.next())
            .await
            .is_err()
    );
}
