//! What goes into a commit and what comes out of it.

use uuid::Uuid;
use wire::{Entity, Envelope, proto::control::v1::Outcome};

/// A page to commit.
#[derive(Clone, Copy, Debug)]
pub struct PageIn<'a> {
    /// Its envelope.
    pub envelope: &'a Envelope,
    /// Its payload, decompressed; as it came where it does not decompress.
    pub payload: &'a [u8],
    /// Why the payload could not be decompressed.
    pub defect: Option<&'a str>,
    /// How often the page has been delivered, 1 the first time.
    pub delivered: u64,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the ledger now.
    Committed,
    /// It was in the ledger before.
    Duplicate,
    /// It belongs to an older run, or to a feed that is no more: dropped.
    Stale,
}

/// What became of the records of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that were new.
    pub created: u32,
    /// Rows that changed.
    pub updated: u32,
    /// Records that changed nothing.
    pub unchanged: u32,
    /// Rows that were marked deleted, by this page or by the sweep that it ended.
    pub deleted: u32,
    /// Records that went to dead letters.
    pub dead: u32,
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is new.
    Created,
    /// It changed, or came back.
    Updated,
    /// It is gone.
    Deleted,
}

impl Operation {
    /// The word for it in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// A row that was really created, updated or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Organization guid.
    pub organization: Uuid,
    /// Project guid, where the record belongs to one.
    pub project: Option<Uuid>,
    /// Key, as the catalogue writes it.
    pub key: String,
    /// What happened.
    pub operation: Operation,
    /// Hash of the content, of the last one when it was deleted.
    pub hash: i64,
    /// The record, encoded; empty when it was deleted.
    pub record: Vec<u8>,
}

/// A run that was committed to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// Feed guid.
    pub feed: Uuid,
    /// Number of the run.
    pub epoch: i64,
    /// Entity.
    pub entity: &'static Entity,
    /// How it ended, what could not be stored considered.
    pub outcome: Outcome,
}

/// What became of a page, in the order of the pages of the call.
#[derive(Clone, Debug)]
pub struct PageResult {
    /// What became of the page.
    pub fate: Fate,
    /// What became of its records.
    pub counts: Counts,
    /// What to tell the world. A duplicate that was delivered before tells all its records again, since whoever
    /// committed it may have died before telling.
    pub changes: Vec<Change>,
    /// The run that it ended.
    pub ended: Option<Ended>,
}
