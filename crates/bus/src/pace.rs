//! The bucket of the pace: small values that all fetchers share, and that expire.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;

use crate::{Bus, Error};

/// The bucket of the pace.
#[derive(Debug, Clone)]
pub struct Pace {}

/// A value in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceEntry {
    /// Its key.
    pub key: String,
    /// The value; nothing when it has expired.
    pub value: Option<Bytes>,
    /// The number to expect when it is replaced.
    pub revision: u64,
}

impl Bus {
    /// The bucket of the pace.
    pub fn pace(&self) -> Pace {
        unimplemented!()
    }
}

impl Pace {
    /// The value of a key; nothing when there is none, or it has expired.
    pub async fn get(&self, key: &str) -> Result<Option<PaceEntry>, Error> {
        let _ = key;
        unimplemented!()
    }

    /// Replaces a value that still has `revision` (`None`: that does not exist) by one that lives for `life`. Gives the new
    /// revision; `None` when somebody else was faster.
    pub async fn compare_and_set(
        &self,
        key: &str,
        revision: Option<u64>,
        value: Bytes,
        life: Duration,
    ) -> Result<Option<u64>, Error> {
        let _ = (key, revision, value, life);
        unimplemented!()
    }

    /// Follows a key, beginning with what it is now.
    pub fn watch(&self, key: &str) -> BoxStream<'static, Result<PaceEntry, Error>> {
        let _ = key;
        unimplemented!()
    }
}
