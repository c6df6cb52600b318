//! A record on its way into the database, whatever its entity.

use jiff::Timestamp;
use prost::Message;
use uuid::Uuid;
use wire::{Envelope, Page, PageError, Record};

use crate::{
    cell::Cell,
    column::Malformed,
    layout::Layout,
    table::{Items, Scope, Table},
};

/// A record as a row.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// Which page of the call brought it.
    pub(crate) page: usize,
    pub(crate) organization: Uuid,
    pub(crate) project: Option<Uuid>,
    /// The key as the catalogue writes it and as PostgreSQL puts it together.
    pub(crate) key: String,
    pub(crate) version: i64,
    pub(crate) observed_at: Timestamp,
    pub(crate) hash: i64,
    pub(crate) encoded: Vec<u8>,
    pub(crate) cells: Vec<Cell<'a>>,
    pub(crate) lists: Vec<Items<'a>>,
    pub(crate) scope: Option<Scope<'a>>,
}

/// A record that cannot be a row.
#[derive(Debug)]
pub(crate) struct Unfit {
    pub(crate) key: String,
    pub(crate) reason: String,
    pub(crate) raw: Vec<u8>,
}

/// The records of one page, in hand.
pub(crate) trait Records: Send + Sync {
    /// The records as rows.
    fn rows<'a>(&'a self, page: usize, envelope: &Envelope) -> Vec<Result<Row<'a>, Unfit>>;
}

/// Decodes the payload of a page.
pub(crate) fn decode<R: Record>(
    table: &'static Table<R>,
    layout: &'static Layout,
    payload: &[u8],
) -> Result<Box<dyn Records>, PageError> {
    let records = R::Page::decode(payload)?.into_records();
    Ok(Box::new(Decoded {
        table,
        layout,
        records,
    }))
}

struct Decoded<R: 'static> {
    table: &'static Table<R>,
    layout: &'static Layout,
    records: Vec<R>,
}

impl<R: Record> Records for Decoded<R> {
    fn rows<'a>(&'a self, page: usize, envelope: &Envelope) -> Vec<Result<Row<'a>, Unfit>> {
        let reading = reading(envelope);
        let row = |record: &'a R| {
            let encoded = record.encode_to_vec();
            let read = || {
                let cells = self.table.cells(record)?;
                let lists = self.table.lists(record)?;
                Ok((cells, lists))
            };
            match read() {
                Ok((cells, lists)) => Ok(Row {
                    page,
                    organization: envelope.organization,
                    project: record.project_id().parse().ok(),
                    key: self.layout.key_of(&cells),
                    version: record.version().unwrap_or(reading),
                    observed_at: envelope.observed_at,
                    hash: wire::content_hash(&encoded),
                    encoded,
                    cells,
                    lists,
                    scope: self.table.scope.map(|scope| scope(record)),
                }),
                Err::<_, Malformed>(malformed) => Err(Unfit {
                    key: record.key(),
                    reason: malformed.to_string(),
                    raw: encoded,
                }),
            }
        };
        self.records.iter().map(row).collect()
    }
}

/// The order of a reading. Azure DevOps tells its time in whole seconds, so within a second later runs of a feed win,
/// and within a run later pages.
pub(crate) fn reading(envelope: &Envelope) -> i64 {
    let within = (envelope.epoch % 1_000) * 1_000 + envelope.page.min(999);
    envelope.observed_at.as_second() * 1_000_000 + within
}
