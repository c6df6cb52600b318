//! Limit A: the same records straight into an empty database.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, ensure};
use bus::Since;
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use jiff::Timestamp;
use prost::encoding::{WireType, encode_key, encode_varint};
use store::{PageIn, Store};
use testkit::Stack;
use tokio::time::{Instant, timeout};
use uuid::Uuid;
use wire::{Content, Entity, Envelope, entity, subject};

use crate::Figure;

const DATABASE: &str = "limit";
/// As many as a page of a fetcher has.
const PAGE: usize = 500;
/// As many pages as a transaction of the writer takes.
const PAGES: usize = 8;
/// As many transactions as the writer has under way.
const TASKS: usize = 2;
/// All records are there already: a stream that gives nothing for so long has no more.
const NO_MORE: Duration = Duration::from_secs(2);

/// Stores what the first sync stored.
pub(crate) async fn measure(stack: &Stack) -> anyhow::Result<Figure> {
    let records = records(stack).await?;
    stack.postgres.create_database(DATABASE).await?;
    let url = stack.postgres.url(DATABASE);
    let store = Store::connect(&url, "limit", u32::try_from(TASKS)?).await?;
    store.migrate().await?;
    let connection = Uuid::from_u128(1);
    let statement = format!(
        "INSERT INTO auth.connections (id, name, credential) VALUES ('{connection}', 'limit', '{{\"kind\": \"personal_access_token\"}}')"
    );
    stack.postgres.sql(DATABASE, &statement).await?;

    // Of each entity every task has a feed of its own: none waits for the other's lock.
    let mut orders: [Vec<Order>; TASKS] = std::array::from_fn(|_| Vec::new());
    let mut count = 0;
    for Told { entity, records } in records.into_values() {
        let mut feeds = Vec::new();
        for _ in 0..TASKS {
            feeds.push(feed(stack, connection, entity).await?);
        }
        let mut numbers = [0; TASKS];
        for (turn, records) in records.chunks(PAGE * PAGES).enumerate() {
            let task = turn % TASKS;
            let pages = records.chunks(PAGE).map(|records| {
                numbers[task] += 1;
                let envelope = Envelope {
                    connection,
                    feed: feeds[task],
                    epoch: 1,
                    page: numbers[task],
                    entity,
                    organization: stack.emulator.organization_id,
                    project: None,
                    repository: None,
                    content: Content::Records,
                    observed_at: Timestamp::UNIX_EPOCH,
                    cursor: None,
                    gaps: None,
                    outcome: None,
                };
                (envelope, page(records))
            });
            orders[task].push(pages.collect());
            count += u64::try_from(records.len())?;
        }
    }

    let began = Instant::now();
    future::try_join_all(orders.iter().map(|orders| commit_all(&store, orders))).await?;
    let seconds = began.elapsed().as_secs_f64();
    store.close().await;
    Ok(Figure {
        records: count,
        seconds,
    })
}

/// The pages of one transaction.
type Order = Vec<(Envelope, Vec<u8>)>;

async fn commit_all(store: &Store, orders: &[Order]) -> anyhow::Result<()> {
    stream::iter(orders.iter().map(Ok))
        .try_for_each(async |pages: &Order| {
            let pages: Vec<PageIn<'_>> = pages
                .iter()
                .map(|(envelope, payload)| PageIn {
                    envelope,
                    payload,
                    defect: None,
                    delivered: 1,
                })
                .collect();
            let results = store.commit(&pages).await?;
            let dead: u32 = results.iter().map(|result| result.counts.dead).sum();
            ensure!(dead == 0, "the database refuses what it took before");
            Ok(())
        })
        .await
}

/// What the first sync told its subscribers, by entity.
async fn records(stack: &Stack) -> anyhow::Result<BTreeMap<&'static str, Told>> {
    let mut messages = stack
        .bus
        .tail(subject::RECORDS.to_owned(), Since::Beginning);
    let mut entities: BTreeMap<&str, Told> = BTreeMap::new();
    while let Ok(Some(message)) = timeout(NO_MORE, messages.next()).await {
        let message = message?;
        let name = message.subject.rsplit('.').next().unwrap_or_default();
        let entity = entity(name).with_context(|| format!("an entity `{name}`"))?;
        // What was deleted, or too large for a message, comes without its content.
        if !message.payload.is_empty() {
            let told = entities.entry(entity.name).or_insert(Told {
                entity,
                records: Vec::new(),
            });
            told.records.push(message.payload.to_vec());
        }
    }
    Ok(entities)
}

/// The records of one entity, encoded.
struct Told {
    entity: &'static Entity,
    records: Vec<Vec<u8>>,
}

/// A page of records that are encoded already: `repeated … records = 1`.
fn page(records: &[Vec<u8>]) -> Vec<u8> {
    let mut page = Vec::new();
    for record in records {
        encode_key(1, WireType::LengthDelimited, &mut page);
        encode_varint(u64::try_from(record.len()).unwrap_or_default(), &mut page);
        page.extend_from_slice(record);
    }
    page
}

/// Makes a feed that is at its first run.
async fn feed(stack: &Stack, connection: Uuid, entity: &Entity) -> anyhow::Result<Uuid> {
    let feed = Uuid::new_v4();
    let organization = stack.emulator.organization_id;
    let (domain, entity) = (entity.domain, entity.name);
    let statement = format!(
        "INSERT INTO sync.feeds (id, connection_id, organization_id, domain, entity, epoch, running)
         VALUES ('{feed}', '{connection}', '{organization}', '{domain}', '{entity}', 1, true)"
    );
    stack.postgres.sql(DATABASE, &statement).await?;
    Ok(feed)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use wire::{
        Page as _,
        proto::pipelines::v1::{Build, Builds},
    };

    use super::*;

    #[test]
    fn encoded_records_make_a_page() {
        let build = |id| Build {
            id,
            ..Build::default()
        };
        let encoded = [1, 700].map(|id| build(id).encode_to_vec());
        let page = Builds::decode(page(&encoded).as_slice()).unwrap();
        assert_eq!(page.into_records(), [build(1), build(700)]);
    }
}
