//! Follows the changed records.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;

use crate::{Bus, Error};

/// Where a tail begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// With what comes from now on.
    Now,
    /// With what was stored at that time or later.
    Time(Timestamp),
    /// With the oldest that is kept.
    Beginning,
}

/// A changed record, as it came.
#[derive(Debug, Clone)]
pub struct RecordMessage {
    /// Where it was published.
    pub subject: String,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
    /// The record.
    pub payload: Bytes,
    /// When it was stored.
    pub time: Timestamp,
    /// Its number in the stream.
    pub sequence: u64,
}

impl Bus {
    /// Follows the changed records that match the filter (`wire::subject::records`), in order, for ever.
    pub fn tail(
        &self,
        filter: String,
        since: Since,
    ) -> BoxStream<'static, Result<RecordMessage, Error>> {
        let _ = (filter, since);
        unimplemented!()
    }
}
