//! Records become rows.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    content::Payload,
    scope,
    upsert::{self, RowFate},
    work::Work,
};
use crate::{Change, Error, Fate, Operation, mapping::Mapping, row::Row};

/// Stores the records of pages and counts what became of them.
pub(super) async fn store(
    connection: &mut PgConnection,
    mapping: &Mapping,
    payloads: &[Payload],
    works: &mut [Work<'_>],
) -> Result<(), Error> {
    let rows = newest(read(payloads, works), works);
    if rows.is_empty() {
        return Ok(());
    }
    let fates = upsert::upsert(connection, mapping, &rows).await?;
    scope::keep(connection, &rows, &fates, works).await?;
    for (row, fate) in rows.into_iter().zip(fates) {
        settle(&mut works[row.page], row, fate);
    }
    Ok(())
}

/// The rows of the pages that are to be committed; what is none goes to the dead letters.
fn read<'p>(payloads: &'p [Payload], works: &mut [Work<'_>]) -> Vec<Row<'p>> {
    let mut rows = Vec::new();
    for (page, (work, payload)) in works.iter_mut().zip(payloads).enumerate() {
        if work.fate != Fate::Committed {
            continue;
        }
        match payload {
            Payload::Records(records) => {
                for row in records.rows(page, work.envelope) {
                    match row {
                        Ok(row) => rows.push(row),
                        Err(unfit) => work.bury(unfit.key, unfit.reason, unfit.raw),
                    }
                }
            }
            Payload::Unreadables(parts) => {
                for part in parts {
                    work.bury(String::new(), part.reason.clone(), part.raw.clone());
                }
            }
            Payload::Undecodable { reason, raw } => {
                work.bury(String::new(), reason.clone(), raw.clone());
            }
            Payload::Deletions(_) => {}
        }
    }
    rows
}

/// Keeps the newest reading of each key, in the order of keys: one statement cannot write a row twice, and
/// transactions that lock rows in one order do not wait for one another in a circle.
fn newest<'p>(rows: Vec<Row<'p>>, works: &mut [Work<'_>]) -> Vec<Row<'p>> {
    let mut kept: HashMap<(Uuid, String), Row<'p>> = HashMap::with_capacity(rows.len());
    for row in rows {
        let whole = &mut works[row.page];
        if whole.envelope.entity.is_whole() {
            whole.keys.push(row.key.clone());
        }
        let order = |row: &Row<'_>| {
            let envelope = works[row.page].envelope;
            (row.version, envelope.epoch, envelope.page)
        };
        let place = (row.organization, row.key.clone());
        let loser = match kept.get(&place) {
            Some(other) if order(other) > order(&row) => Some(row),
            _ => kept.insert(place, row),
        };
        if let Some(loser) = loser {
            works[loser.page].counts.unchanged += 1;
        }
    }
    let mut rows: Vec<_> = kept.into_values().collect();
    rows.sort_unstable_by(|one, other| {
        (one.organization, &one.key).cmp(&(other.organization, &other.key))
    });
    rows
}

fn settle(work: &mut Work<'_>, row: Row<'_>, fate: RowFate) {
    let operation = match fate {
        RowFate::Unchanged => {
            work.counts.unchanged += 1;
            return;
        }
        RowFate::Refused(reason) => {
            work.bury(row.key, reason, row.encoded);
            return;
        }
        RowFate::Created => {
            work.counts.created += 1;
            Operation::Created
        }
        RowFate::Updated => {
            work.counts.updated += 1;
            Operation::Updated
        }
    };
    work.changes.push(change(row, operation));
}

/// What to tell of a row.
pub(super) fn change(row: Row<'_>, operation: Operation) -> Change {
    Change {
        organization: row.organization,
        project: row.project,
        key: row.key,
        operation,
        hash: row.hash,
        record: row.encoded,
    }
}
