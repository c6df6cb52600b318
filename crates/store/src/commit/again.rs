//! A page that was committed before and is delivered again: whoever committed it may have died before telling.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::{content::Payload, deletion, rows, work::Work};
use crate::{Ended, Error, Fate, Operation, mapping::Mapping, table::Absence};

/// Tells all of the page again: its records, the rows that it deleted, and how its run ended.
pub(super) async fn tell(
    connection: &mut PgConnection,
    mapping: &Mapping,
    payloads: &[Payload],
    works: &mut [Work<'_>],
) -> Result<(), Error> {
    for (page, (work, payload)) in works.iter_mut().zip(payloads).enumerate() {
        if work.fate != Fate::Duplicate || work.delivered < 2 {
            continue;
        }
        match payload {
            Payload::Records(records) => {
                let rows = records.rows(page, work.envelope).into_iter().flatten();
                work.changes
                    .extend(rows.map(|row| rows::change(row, Operation::Updated)));
            }
            Payload::Deletions(keys) => {
                let gone: Vec<_> = keys
                    .iter()
                    .filter_map(|key| deletion::gone(&mapping.layout, page, work, key))
                    .collect();
                let deleted = deletion::bind(mapping, mapping.sql.gone, &gone)
                    .fetch_all(&mut *connection)
                    .await?;
                for row in &deleted {
                    work.changes.push(deletion::change(row, 0)?);
                }
            }
            Payload::Unreadables(_) | Payload::Undecodable { .. } => {}
        }
        tell_end(connection, mapping, work).await?;
    }
    Ok(())
}

async fn tell_end(
    connection: &mut PgConnection,
    mapping: &Mapping,
    work: &mut Work<'_>,
) -> Result<(), Error> {
    let envelope = work.envelope;
    let ended: Option<(String, Timestamp)> = sqlx::query_as(
        "SELECT r.completeness, min(p.observed_at) FROM sync.runs AS r
         JOIN sync.pages AS p ON p.feed_id = r.feed_id AND p.epoch = r.epoch
         WHERE r.feed_id = $1 AND r.epoch = $2 AND r.completeness <> '' GROUP BY 1",
    )
    .bind(envelope.feed)
    .bind(envelope.epoch)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((completeness, began_at)) = ended else {
        return Ok(());
    };
    let sweeps = mapping.entity.is_whole() && mapping.layout.absence != Absence::Unseen;
    if sweeps && completeness == "complete" {
        let swept = sqlx::query(mapping.sql.swept)
            .bind(envelope.organization)
            .bind(envelope.repository.or(envelope.project))
            .bind(began_at)
            .fetch_all(&mut *connection)
            .await?;
        for row in &swept {
            work.changes.push(deletion::change(row, 0)?);
        }
    }
    work.ended = envelope.outcome.clone().map(|outcome| Ended {
        feed: envelope.feed,
        epoch: envelope.epoch,
        entity: envelope.entity,
        outcome,
    });
    Ok(())
}
