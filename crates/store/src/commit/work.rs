//! A page on its way through the transaction.

use wire::Envelope;

use crate::{Change, Counts, DeadLetter, Ended, Fate, PageIn, PageResult};

/// A page, and what has become of it so far.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) envelope: &'a Envelope,
    pub(super) delivered: u64,
    pub(super) fate: Fate,
    pub(super) counts: Counts,
    pub(super) changes: Vec<Change>,
    pub(super) dead: Vec<DeadLetter>,
    /// Keys of its records, for sweeps.
    pub(super) keys: Vec<String>,
    pub(super) ended: Option<Ended>,
}

impl<'a> Work<'a> {
    pub(super) fn new(page: &PageIn<'a>) -> Self {
        Self {
            envelope: page.envelope,
            delivered: page.delivered,
            fate: Fate::Committed,
            counts: Counts::default(),
            changes: Vec::new(),
            dead: Vec::new(),
            keys: Vec::new(),
            ended: None,
        }
    }

    /// Puts a record, or what should have been records, to the dead letters.
    pub(super) fn bury(&mut self, key: String, reason: String, raw: Vec<u8>) {
        self.counts.dead += 1;
        self.dead
            .push(DeadLetter::of(self.envelope, key, reason, raw));
    }

    /// True when the page is its run's first and last.
    pub(super) fn is_whole_run(&self) -> bool {
        self.envelope.page == 1 && self.envelope.outcome.is_some()
    }

    pub(super) fn into_result(self) -> PageResult {
        PageResult {
            fate: self.fate,
            counts: self.counts,
            changes: self.changes,
            ended: self.ended,
        }
    }
}
