//! A message in hand, and what may become of it.

use std::time::Duration;

use telemetry::Parent;

use crate::Error;

/// A message of a work queue, decoded. It is delivered again unless it is acknowledged in time.
#[derive(Debug)]
pub struct Delivery<M> {
    /// The message.
    pub message: M,
    /// How often it has been delivered; 1 the first time.
    pub delivered: u64,
    /// The trace that it belongs to.
    pub context: Parent,
}

impl<M> Delivery<M> {
    /// The work goes on: the time to acknowledge begins anew.
    pub async fn progress(&self) -> Result<(), Error> {
        unimplemented!()
    }

    /// The work is done; NATS has forgotten the message when this returns.
    pub async fn ack(&self) -> Result<(), Error> {
        unimplemented!()
    }

    /// Not now: deliver it again after `delay`.
    pub async fn nak(&self, delay: Duration) -> Result<(), Error> {
        let _ = delay;
        unimplemented!()
    }

    /// It can never be done: forget the message.
    pub async fn term(&self) -> Result<(), Error> {
        unimplemented!()
    }
}
