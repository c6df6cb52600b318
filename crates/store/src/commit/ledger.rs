//! The ledger: every page committed, once.

use std::collections::BTreeSet;

use prost::Message;
use sqlx::PgConnection;
use uuid::Uuid;
use wire::Envelope;

use super::{committed, standing::Standings, work::Work};
use crate::{Error, Fate, bind};

/// A page by feed, epoch and number.
type Place = (Uuid, i64, i64);

/// Finds out which pages were committed before and which belong to no current run. A page that was committed is a
/// duplicate even when its run is over: it may still have to be told.
///
/// A page of one entity that names the feed of another is of no run either: NATS lets a fetcher publish the entities of its
/// own domain only, and this keeps it from moving the cursors of others.
pub(super) async fn mark_known(
    connection: &mut PgConnection,
    works: &mut [Work<'_>],
    standings: &Standings,
) -> Result<(), Error> {
    let mut known = known(connection, works).await?;
    for work in works {
        let envelope = work.envelope;
        let current = standings
            .of(envelope.feed)
            .is_some_and(|standing| standing.epoch == envelope.epoch && names_its_feed(envelope));
        // A page may be twice in one call, too.
        work.fate = if known.contains(&place(work)) {
            Fate::Duplicate
        } else if current {
            known.insert(place(work));
            Fate::Committed
        } else {
            Fate::Stale
        };
    }
    Ok(())
}

/// A feed's id says whose it is, and what it reads.
fn names_its_feed(envelope: &Envelope) -> bool {
    let named = wire::feed_id(
        envelope.connection,
        envelope.organization,
        envelope.entity,
        envelope.project,
        envelope.repository,
    );
    named == envelope.feed
}

async fn known(
    connection: &mut PgConnection,
    works: &[Work<'_>],
) -> Result<BTreeSet<Place>, Error> {
    let places = works.iter().map(place);
    let (feeds, rest): (Vec<_>, Vec<_>) = places
        .map(|(feed, epoch, page)| (feed, (epoch, page)))
        .unzip();
    let (epochs, pages): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
    let known: Vec<Place> = sqlx::query_as(
        "SELECT p.feed_id, p.epoch, p.page
         FROM unnest($1::uuid[], $2::int8[], $3::int8[]) AS x (feed_id, epoch, page)
         JOIN sync.pages AS p ON p.feed_id = x.feed_id AND p.epoch = x.epoch AND p.page = x.page",
    )
    .bind(feeds)
    .bind(epochs)
    .bind(pages)
    .fetch_all(connection)
    .await?;
    Ok(known.into_iter().collect())
}

fn place(work: &Work<'_>) -> Place {
    let envelope = work.envelope;
    (envelope.feed, envelope.epoch, envelope.page)
}

/// Adds a line for each page.
pub(super) async fn add(connection: &mut PgConnection, works: &[Work<'_>]) -> Result<(), Error> {
    let count = |count: fn(&Work<'_>) -> u32| -> Vec<i32> {
        committed(works)
            .map(|work| i32::try_from(count(work)).unwrap_or(i32::MAX))
            .collect()
    };
    let (feeds, rest): (Vec<_>, Vec<_>) = committed(works)
        .map(|work| {
            (
                work.envelope.feed,
                (work.envelope.epoch, work.envelope.page),
            )
        })
        .unzip();
    if feeds.is_empty() {
        return Ok(());
    }
    let (epochs, pages): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
    let cursors: Vec<Option<&[u8]>> = committed(works)
        .map(|work| work.envelope.cursor.as_deref())
        .collect();
    let outcomes: Vec<Option<Vec<u8>>> = committed(works)
        .map(|work| work.envelope.outcome.as_ref().map(Message::encode_to_vec))
        .collect();
    let times: Vec<_> = committed(works)
        .map(|work| bind::time(work.envelope.observed_at))
        .collect();
    sqlx::query(
        "INSERT INTO sync.pages
             (feed_id, epoch, page, created, updated, unchanged, deleted, dead, cursor, outcome, observed_at)
         SELECT * FROM unnest($1::uuid[], $2::int8[], $3::int8[], $4::int4[], $5::int4[], $6::int4[], $7::int4[],
             $8::int4[], $9::bytea[], $10::bytea[], $11::timestamptz[])",
    )
    .bind(feeds)
    .bind(epochs)
    .bind(pages)
    .bind(count(|work| work.counts.created))
    .bind(count(|work| work.counts.updated))
    .bind(count(|work| work.counts.unchanged))
    .bind(count(|work| work.counts.deleted))
    .bind(count(|work| work.counts.dead))
    .bind(cursors)
    .bind(outcomes)
    .bind(times)
    .execute(connection)
    .await?;
    Ok(())
}
