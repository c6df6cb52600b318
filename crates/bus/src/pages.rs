//! Pages: from the fetchers to the writer.

use std::time::Duration;

use bytes::Bytes;
use telemetry::Parent;
use uuid::Uuid;
use wire::{Envelope, HeaderError, PageError};

use crate::{Bus, Error, PublishError};

impl Bus {
    /// Stores a page in the page stream. `project` is that of the subject. Compresses the payload when that pays.
    pub async fn publish_page(
        &self,
        envelope: &Envelope,
        project: Option<Uuid>,
        payload: Vec<u8>,
    ) -> Result<(), PublishError> {
        let _ = (envelope, project, payload);
        unimplemented!()
    }

    /// The pages of all domains.
    pub fn pages(&self) -> PageQueue {
        unimplemented!()
    }
}

/// The pages that wait for a writer.
#[derive(Debug)]
pub struct PageQueue {}

impl PageQueue {
    /// Waits for the first page for as long as it takes, then takes what else comes within `wait`, `most` at most.
    /// It survives lost connections, streams and consumers; an error means that waiting on is useless.
    pub async fn take(&mut self, most: usize, wait: Duration) -> Result<Vec<PageDelivery>, Error> {
        let _ = (most, wait);
        unimplemented!()
    }
}

/// A page in hand. It is delivered again unless it is acknowledged in time.
#[derive(Debug)]
pub struct PageDelivery {
    /// The envelope, or why the headers are none.
    pub envelope: Result<Envelope, HeaderError>,
    /// The payload, decompressed, or why it does not decompress.
    pub payload: Result<Vec<u8>, PageError>,
    /// The payload as it came.
    pub raw: Bytes,
    /// Where it was published.
    pub subject: String,
    /// How often it has been delivered; 1 the first time.
    pub delivered: u64,
    /// The trace that it belongs to.
    pub context: Parent,
}

impl PageDelivery {
    /// The work goes on: the time to acknowledge begins anew.
    pub async fn progress(&self) -> Result<(), Error> {
        unimplemented!()
    }

    /// It is committed; NATS has forgotten it when this returns.
    pub async fn ack(&self) -> Result<(), Error> {
        unimplemented!()
    }

    /// Not now: deliver it again after `delay`.
    pub async fn nak(&self, delay: Duration) -> Result<(), Error> {
        let _ = delay;
        unimplemented!()
    }

    /// It can never be committed: forget it.
    pub async fn term(&self) -> Result<(), Error> {
        unimplemented!()
    }
}
