//! Changed records: the public face.

use crate::{Bus, PublishError};

/// A record that was really created, updated or deleted.
#[derive(Debug, Clone)]
pub struct ChangedRecord {
    /// Where: `wire::subject::record`.
    pub subject: String,
    /// What the headers say. The trace context is added.
    pub headers: Vec<(&'static str, String)>,
    /// The record.
    pub payload: Vec<u8>,
}

impl Bus {
    /// Stores changed records in order, in batches that are stored whole or not at all.
    pub async fn publish_records(&self, records: Vec<ChangedRecord>) -> Result<(), PublishError> {
        let _ = records;
        unimplemented!()
    }
}
