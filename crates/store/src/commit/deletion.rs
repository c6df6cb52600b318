//! Deletions that Azure DevOps tells one by one.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{content::Payload, scope, work::Work};
use crate::{
    Change, Error, Fate, Operation, bind,
    cell::{Cell, Kind},
    layout::Layout,
    mapping::Mapping,
    row,
};

/// A row that is known to be gone.
#[derive(Debug)]
pub(super) struct Gone {
    page: usize,
    organization: Uuid,
    key: String,
    cells: Vec<Cell<'static>>,
    at: Timestamp,
    version: Option<i64>,
}

/// Marks rows deleted.
pub(super) async fn apply(
    connection: &mut PgConnection,
    mapping: &Mapping,
    payloads: &[Payload],
    works: &mut [Work<'_>],
) -> Result<(), Error> {
    let mut gone = Vec::new();
    for (page, (work, payload)) in works.iter_mut().zip(payloads).enumerate() {
        if let Payload::Deletions(keys) = payload
            && work.fate == Fate::Committed
        {
            for key in keys {
                match self::gone(&mapping.layout, page, work, key) {
                    Some(row) => gone.push(row),
                    None => work.bury(
                        key.clone(),
                        "the key cannot be taken apart".to_owned(),
                        key.as_bytes().to_vec(),
                    ),
                }
            }
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    let deleted = bind(mapping, mapping.sql.delete, &gone)
        .bind(
            gone.iter()
                .map(|row| bind::time(row.at))
                .collect::<Vec<_>>(),
        )
        .bind(gone.iter().map(|row| row.version).collect::<Vec<_>>())
        .fetch_all(&mut *connection)
        .await?;
    let pages: HashMap<_, _> = gone
        .iter()
        .map(|row| ((row.organization, row.key.clone()), row.page))
        .collect();
    for row in &deleted {
        let change = change(row, 0)?;
        if let Some(page) = pages.get(&(change.organization, change.key.clone())) {
            let work = &mut works[*page];
            work.counts.deleted += 1;
            work.changes.push(change);
        }
    }
    if mapping.layout.scoped {
        let organizations: Vec<_> = gone.iter().map(|row| row.organization).collect();
        let keys: Vec<_> = gone.into_iter().map(|row| row.key).collect();
        scope::drop_gone(connection, &organizations, &keys).await?;
    }
    Ok(())
}

/// Takes a key apart into the cells of its columns.
pub(super) fn gone(layout: &Layout, page: usize, work: &Work<'_>, key: &str) -> Option<Gone> {
    let mut parts = key.splitn(layout.key.len(), '/');
    let mut cells = Vec::with_capacity(layout.key.len());
    for column in layout.keys() {
        let part = parts.next()?;
        cells.push(match column.kind {
            Kind::Int8 => Cell::Int8(Some(part.parse().ok()?)),
            Kind::Uuid => Cell::Uuid(Some(part.parse().ok()?)),
            _ => Cell::Text(Some(crate::clean::text(part).into_owned().into())),
        });
    }
    let texts: Option<Vec<_>> = cells.iter().map(Cell::key_text).collect();
    Some(Gone {
        page,
        organization: work.envelope.organization,
        key: texts?.join("/"),
        cells,
        at: work.envelope.observed_at,
        version: (!layout.versioned).then(|| row::reading(work.envelope)),
    })
}

/// Binds organizations and keys.
pub(super) fn bind(mapping: &Mapping, sql: &'static str, gone: &[Gone]) -> bind::Statement {
    let organizations: Vec<_> = gone.iter().map(|row| row.organization).collect();
    let mut statement = sqlx::query(sql).bind(organizations);
    for (place, column) in mapping.layout.keys().enumerate() {
        let cells = gone.iter().map(|row| &row.cells[place]);
        statement = bind::column(statement, column.kind, cells);
    }
    statement
}

/// What to tell of a deleted row: organization, key, project and hash, from the column `first` on.
pub(super) fn change(row: &PgRow, first: usize) -> Result<Change, Error> {
    Ok(Change {
        organization: row.try_get(first)?,
        key: row.try_get(first + 1)?,
        project: row.try_get(first + 2)?,
        hash: row.try_get(first + 3)?,
        operation: Operation::Deleted,
        record: Vec::new(),
    })
}
