//! Feeds move, and runs end.

use std::collections::BTreeMap;

use jiff_sqlx::Timestamp;
use prost::Message;
use sqlx::PgConnection;
use uuid::Uuid;
use wire::proto::control::v1::{Completeness, Outcome};

use super::{
    advance::{Advance, Line, advance},
    standing::Standings,
    sweep::{self, Sweep},
    work::Work,
};
use crate::{Ended, Error, Fate, mapping::Mapping};

type Bytes = Option<Vec<u8>>;

/// A feed that pages of this call belong to.
#[derive(Debug)]
struct Touched {
    feed: Uuid,
    epoch: i64,
    /// The last of its pages in this call; it ends the run if one does.
    last: usize,
    moved: Advance,
    changed: bool,
}

/// Moves the feeds of committed pages over what is contiguous now; ends runs that are at their end.
pub(super) async fn move_feeds(
    connection: &mut PgConnection,
    mapping: &Mapping,
    standings: &Standings,
    works: &mut [Work<'_>],
) -> Result<(), Error> {
    let mut touched = touched(connection, standings, works).await?;
    let mut over: Vec<&mut Touched> = touched
        .iter_mut()
        .filter(|feed| feed.moved.outcome.is_some())
        .collect();
    if !over.is_empty() {
        end(connection, mapping, &mut over, works).await?;
    }
    save(connection, &touched).await
}

/// The feeds of committed pages, and where they come to.
async fn touched(
    connection: &mut PgConnection,
    standings: &Standings,
    works: &[Work<'_>],
) -> Result<Vec<Touched>, Error> {
    let mut last: BTreeMap<Uuid, usize> = BTreeMap::new();
    for (place, work) in works.iter().enumerate() {
        if work.fate == Fate::Committed {
            let last = last.entry(work.envelope.feed).or_insert(place);
            if works[*last].envelope.page < work.envelope.page {
                *last = place;
            }
        }
    }
    let feeds: Vec<_> = last
        .iter()
        .filter_map(|(feed, last)| Some((*feed, *last, standings.of(*feed)?)))
        .collect();
    let mut lines = lines(connection, &feeds).await?;
    let touched = feeds.into_iter().map(|(feed, last, standing)| {
        let lines = lines.remove(&feed).unwrap_or_default();
        let mut moved = advance(standing.contiguous_page, &lines);
        // An interrupted run is over, though late pages of it may still fill its holes.
        if !standing.running {
            moved.outcome = None;
        }
        let changed = works.iter().any(|work| {
            let counts = work.counts;
            work.envelope.feed == feed && counts.created + counts.updated + counts.deleted > 0
        });
        Touched {
            feed,
            epoch: standing.epoch,
            last,
            moved,
            changed,
        }
    });
    Ok(touched.collect())
}

/// The ledger's lines of the current runs of feeds, behind what was contiguous so far.
async fn lines(
    connection: &mut PgConnection,
    feeds: &[(Uuid, usize, &super::standing::Standing)],
) -> Result<BTreeMap<Uuid, Vec<Line>>, Error> {
    let standings = feeds.iter().map(|(.., standing)| standing);
    let rows: Vec<(Uuid, i64, Bytes, Bytes)> = sqlx::query_as(
        "SELECT p.feed_id, p.page, p.cursor, p.outcome
         FROM unnest($1::uuid[], $2::int8[], $3::int8[]) AS x (feed_id, epoch, page)
         JOIN sync.pages AS p ON p.feed_id = x.feed_id AND p.epoch = x.epoch AND p.page > x.page
         ORDER BY p.feed_id, p.page",
    )
    .bind(feeds.iter().map(|(feed, ..)| *feed).collect::<Vec<_>>())
    .bind(
        standings
            .clone()
            .map(|standing| standing.epoch)
            .collect::<Vec<_>>(),
    )
    .bind(
        standings
            .map(|standing| standing.contiguous_page)
            .collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await?;
    let mut lines: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (feed, page, cursor, outcome) in rows {
        lines.entry(feed).or_default().push(Line {
            page,
            cursor,
            // It was encoded by this program; an unknown future form is as good as none said.
            outcome: outcome.map(|bytes| Outcome::decode(bytes.as_slice()).unwrap_or_default()),
        });
    }
    Ok(lines)
}

/// Ends runs: says how, and sweeps after whole listings.
async fn end(
    connection: &mut PgConnection,
    mapping: &Mapping,
    over: &mut [&mut Touched],
    works: &mut [Work<'_>],
) -> Result<(), Error> {
    let totals: Vec<(Uuid, i64, Timestamp)> = sqlx::query_as(
        "SELECT p.feed_id, sum(p.dead)::int8, min(p.observed_at)
         FROM unnest($1::uuid[], $2::int8[]) AS x (feed_id, epoch)
         JOIN sync.pages AS p ON p.feed_id = x.feed_id AND p.epoch = x.epoch GROUP BY 1",
    )
    .bind(over.iter().map(|feed| feed.feed).collect::<Vec<_>>())
    .bind(over.iter().map(|feed| feed.epoch).collect::<Vec<_>>())
    .fetch_all(&mut *connection)
    .await?;
    let mut sweeps = Vec::new();
    for feed in over.iter_mut() {
        let total = totals.iter().find(|(id, ..)| *id == feed.feed);
        let (Some(outcome), Some((_, dead, began_at))) = (&mut feed.moved.outcome, total) else {
            continue;
        };
        own_up(outcome, *dead);
        let envelope = works[feed.last].envelope;
        if mapping.entity.is_whole() && outcome.completeness() == Completeness::Complete {
            sweeps.push(Sweep {
                feed: feed.feed,
                epoch: feed.epoch,
                connection: envelope.connection,
                organization: envelope.organization,
                scope: envelope.repository.or(envelope.project),
                began_at: began_at.to_jiff(),
            });
        }
        works[feed.last].ended = Some(Ended {
            feed: feed.feed,
            epoch: feed.epoch,
            entity: mapping.entity,
            outcome: outcome.clone(),
        });
    }
    for (id, change) in sweep::carry_out(connection, mapping, &sweeps, works).await? {
        if let Some(feed) = over.iter_mut().find(|feed| feed.feed == id) {
            feed.changed = true;
            works[feed.last].counts.deleted += 1;
            works[feed.last].changes.push(change);
        }
    }
    if mapping.entity.is_whole() {
        let feeds: Vec<_> = over.iter().map(|feed| feed.feed).collect();
        sweep::forget_keys(connection, &feeds).await?;
    }
    Ok(())
}

/// A run whose records could not all be stored was not complete.
fn own_up(outcome: &mut Outcome, dead: i64) {
    if dead > 0 && outcome.completeness() == Completeness::Complete {
        outcome.set_completeness(Completeness::Partial);
        "dead_letters".clone_into(&mut outcome.reason);
        outcome.explanation = format!(
            "{dead} records could not be stored: sync.dead_letters holds them with the reason of each."
        );
    }
}

const fn word(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "complete",
        Completeness::Partial => "partial",
        Completeness::Interrupted => "interrupted",
        Completeness::Failed | Completeness::Unspecified => "failed",
    }
}

async fn save(connection: &mut PgConnection, touched: &[Touched]) -> Result<(), Error> {
    if touched.is_empty() {
        return Ok(());
    }
    let feeds: Vec<_> = touched.iter().map(|feed| feed.feed).collect();
    let epochs: Vec<_> = touched.iter().map(|feed| feed.epoch).collect();
    let outcomes = || touched.iter().map(|feed| feed.moved.outcome.as_ref());
    let words: Vec<_> = outcomes()
        .map(|outcome| outcome.map(|outcome| word(outcome.completeness())))
        .collect();
    let texts = |read: fn(&Outcome) -> &str| -> Vec<_> {
        outcomes()
            .map(|outcome| outcome.map(|outcome| crate::clean::text(read(outcome))))
            .collect()
    };
    let numbers = |read: fn(&Outcome) -> u64| -> Vec<_> {
        outcomes()
            .map(|outcome| outcome.map(|outcome| i64::try_from(read(outcome)).unwrap_or(i64::MAX)))
            .collect()
    };
    sqlx::query(
        "UPDATE sync.feeds AS f SET
             contiguous_page = x.contiguous_page,
             cursor = coalesce(x.cursor, f.cursor),
             heartbeat_at = now(),
             changed_at = CASE WHEN x.changed THEN now() ELSE f.changed_at END,
             running = f.running AND x.ended IS NULL,
             ended_at = CASE WHEN x.ended IS NULL THEN f.ended_at ELSE now() END,
             status = CASE WHEN x.ended IN ('complete', 'partial', 'failed') THEN x.ended ELSE f.status END,
             reason = CASE WHEN x.ended IN ('complete', 'partial', 'failed') THEN x.reason ELSE f.reason END,
             explanation = CASE WHEN x.ended IN ('complete', 'partial', 'failed') THEN x.explanation
                 ELSE f.explanation END,
             complete_at = CASE x.ended WHEN 'complete' THEN f.ordered_at ELSE f.complete_at END,
             due_at = CASE x.ended WHEN 'interrupted' THEN now() ELSE f.due_at END,
             failures = CASE x.ended WHEN 'failed' THEN f.failures + 1 WHEN 'complete' THEN 0 WHEN 'partial' THEN 0
                 ELSE f.failures END
         FROM unnest($1::uuid[], $2::int8[], $3::bytea[], $4::bool[], $5::text[], $6::text[], $7::text[])
             AS x (id, contiguous_page, cursor, changed, ended, reason, explanation)
         WHERE f.id = x.id",
    )
    .bind(&feeds)
    .bind(touched.iter().map(|feed| feed.moved.contiguous_page).collect::<Vec<_>>())
    .bind(touched.iter().map(|feed| feed.moved.cursor.as_deref()).collect::<Vec<_>>())
    .bind(touched.iter().map(|feed| feed.changed).collect::<Vec<_>>())
    .bind(&words)
    .bind(texts(|outcome| &outcome.reason))
    .bind(texts(|outcome| &outcome.explanation))
    .execute(&mut *connection)
    .await?;
    if words.iter().all(Option::is_none) {
        return Ok(());
    }
    sqlx::query(
        "UPDATE sync.runs AS r SET ended_at = now(), completeness = x.ended, reason = x.reason,
             explanation = x.explanation, requests = x.requests, elapsed_ms = x.elapsed_ms
         FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::int8[], $7::int8[])
             AS x (feed_id, epoch, ended, reason, explanation, requests, elapsed_ms)
         WHERE r.feed_id = x.feed_id AND r.epoch = x.epoch AND x.ended IS NOT NULL",
    )
    .bind(feeds)
    .bind(epochs)
    .bind(words)
    .bind(texts(|outcome| &outcome.reason))
    .bind(texts(|outcome| &outcome.explanation))
    .bind(numbers(|outcome| outcome.requests))
    .bind(numbers(|outcome| outcome.elapsed_ms))
    .execute(connection)
    .await?;
    Ok(())
}
