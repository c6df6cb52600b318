//! Jobs: one waiting job a feed, the fresh before the backfill.

use wire::{Domain, proto::control::v1::Job, subject::Priority};

use crate::{Bus, Delivery, Error, PublishError};

impl Bus {
    /// Orders a job. It replaces a job of the same feed that still waits.
    pub async fn publish_job(
        &self,
        job: &Job,
        domain: Domain,
        priority: Priority,
    ) -> Result<(), PublishError> {
        let _ = (job, domain, priority);
        unimplemented!()
    }

    /// The jobs of a domain.
    pub fn jobs(&self, domain: Domain) -> JobQueue {
        let _ = domain;
        unimplemented!()
    }
}

/// The jobs of a domain.
#[derive(Debug)]
pub struct JobQueue {}

impl JobQueue {
    /// Waits for a job; a fresh one comes before one of backfill. It survives lost connections, streams and consumers;
    /// an error means that waiting on is useless (permissions, settings). A job that cannot be decoded is dropped with a WARN.
    pub async fn next(&mut self) -> Result<Delivery<Job>, Error> {
        unimplemented!()
    }
}
