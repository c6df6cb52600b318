//! Cuts records into pages: at most 500 records and about 512 KiB each.

use jiff::Timestamp;
use prost::Message;
use wire::proto::control::v1::GapOutcome;

/// A page has at most so many records.
const RECORDS_MOST: usize = 500;
/// A page is closed when it holds so many bytes, before compression.
const BYTES_ENOUGH: usize = 512 << 10;

/// Records that will be published as one page.
#[derive(Debug)]
pub(crate) struct Batch<R> {
    pub(crate) records: Vec<R>,
    pub(crate) gaps: Vec<GapOutcome>,
    pub(crate) cursor: Option<Vec<u8>>,
    pub(crate) observed_at: Option<Timestamp>,
    bytes: usize,
}

impl<R> Default for Batch<R> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            gaps: Vec::new(),
            cursor: None,
            observed_at: None,
            bytes: 0,
        }
    }
}

impl<R: Message> Batch<R> {
    /// Puts a record in.
    pub(crate) fn put(&mut self, record: R, observed_at: Timestamp) {
        self.bytes += record.encoded_len();
        self.records.push(record);
        self.observe(observed_at);
    }

    /// Remembers the earliest reading in the page: nothing in it is older than that.
    pub(crate) fn observe(&mut self, at: Timestamp) {
        self.observed_at = Some(self.observed_at.map_or(at, |earlier| earlier.min(at)));
    }

    /// True when nothing more should be put in.
    pub(crate) fn is_full(&self) -> bool {
        self.records.len() >= RECORDS_MOST
            || self.bytes >= BYTES_ENOUGH
            || self.gaps.len() >= RECORDS_MOST
    }

    /// Takes what is there and starts anew.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_full_by_records_or_by_bytes() {
        let mut batch = Batch::default();
        for _ in 0..RECORDS_MOST - 1 {
            batch.put("small".to_owned(), Timestamp::UNIX_EPOCH);
        }
        assert!(!batch.is_full());
        batch.put("small".to_owned(), Timestamp::UNIX_EPOCH);
        assert!(batch.take().is_full());
        assert!(!batch.is_full());
        batch.put("x".repeat(BYTES_ENOUGH), Timestamp::UNIX_EPOCH);
        assert!(batch.is_full());
    }

    #[test]
    fn a_batch_is_as_old_as_its_oldest_reading() {
        let (early, late) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let mut batch = Batch::<String>::default();
        batch.observe(late);
        batch.observe(early);
        batch.observe(late);
        assert_eq!(batch.observed_at, Some(early));
    }
}
