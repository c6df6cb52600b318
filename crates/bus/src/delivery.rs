//! A message in hand, and what may become of it.

use std::time::Duration;

use async_nats::jetstream::message::AckKind;
use async_nats::{HeaderMap, Message, Subject};
use telemetry::Parent;

use crate::exchange::{Failure, SERVER};
use crate::{Bus, Error, headers};

/// A message of a work queue, decoded. It is delivered again unless it is acknowledged in time.
#[derive(Debug)]
pub struct Delivery<M> {
    /// The message.
    pub message: M,
    /// How often it has been delivered; 1 the first time.
    pub delivered: u64,
    /// The trace that it belongs to.
    pub context: Parent,
    handle: Handle,
}

impl<M> Delivery<M> {
    pub(crate) fn new(bus: &Bus, origin: &Message, message: M) -> Self {
        Self {
            message,
            delivered: delivered(origin),
            context: headers::parent(origin.headers.as_ref()),
            handle: Handle::new(bus, origin),
        }
    }
}

impl<M: Sync> Delivery<M> {
    /// The work goes on: the time to acknowledge begins anew.
    pub async fn progress(&self) -> Result<(), Error> {
        self.handle.say(AckKind::Progress).await
    }

    /// The work is done; NATS has forgotten the message when this returns.
    pub async fn ack(&self) -> Result<(), Error> {
        self.handle.settle(AckKind::Ack).await
    }

    /// Not now: deliver it again after `delay`.
    pub async fn nak(&self, delay: Duration) -> Result<(), Error> {
        self.handle.say(AckKind::Nak(Some(delay))).await
    }

    /// It can never be done: forget the message.
    pub async fn term(&self) -> Result<(), Error> {
        self.handle.settle(AckKind::Term).await
    }
}

/// Where the fate of a message is told.
#[derive(Debug, Clone)]
pub(crate) struct Handle {
    bus: Bus,
    reply: Option<Subject>,
}

impl Handle {
    pub(crate) fn new(bus: &Bus, message: &Message) -> Self {
        Self {
            bus: bus.clone(),
            reply: message.reply.clone(),
        }
    }

    /// Tells it, and does not wait.
    pub(crate) async fn say(&self, kind: AckKind) -> Result<(), Error> {
        let Some(reply) = &self.reply else {
            return Ok(());
        };
        self.bus
            .client()
            .publish(reply.clone(), kind.into())
            .await
            .map_err(|error| Error::Nats {
                doing: "answering a delivery".to_owned(),
                reason: error.to_string(),
            })
    }

    /// Tells it, and waits until the server has it.
    pub(crate) async fn settle(&self, kind: AckKind) -> Result<(), Error> {
        let Some(reply) = &self.reply else {
            return Ok(());
        };
        let told = self
            .bus
            .exchange(reply, HeaderMap::new(), kind.into(), SERVER)
            .await;
        match told {
            // Nobody listens where the consumer is gone, and the message with it.
            Ok(_) | Err(Failure::NobodyListens) => Ok(()),
            Err(failure) => Err(failure.at("acknowledging", reply)),
        }
    }
}

/// How often a message has been delivered, as its reply subject says.
pub(crate) fn delivered(message: &Message) -> u64 {
    let reply = message.reply.as_deref().unwrap_or_default();
    acknowledgement(reply).map_or(1, |numbers| numbers.delivered)
}

/// What a reply subject of JetStream says of its message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) delivered: u64,
    pub(crate) stream_sequence: u64,
    pub(crate) consumer_sequence: u64,
    pub(crate) nanoseconds: i128,
}

/// Reads `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.<stream sequence>.<consumer sequence>.<time>.<pending>[.…]`
/// (ADR-15).
pub(crate) fn acknowledgement(reply: &str) -> Option<Numbers> {
    let tokens: Vec<&str> = reply.strip_prefix("$JS.ACK.")?.split('.').collect();
    let numbers = match tokens.len() {
        7 => &tokens[2..],
        9.. => &tokens[4..],
        _ => return None,
    };
    Some(Numbers {
        delivered: numbers[0].parse().ok()?,
        stream_sequence: numbers[1].parse().ok()?,
        consumer_sequence: numbers[2].parse().ok()?,
        nanoseconds: numbers[3].parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_reply_subject_are_read() {
        let expected = Some(Numbers {
            delivered: 2,
            stream_sequence: 7,
            consumer_sequence: 9,
            nanoseconds: 1_700_000_000_000_000_001,
        });
        let old = "$JS.ACK.ADIT-JOBS.fetch-git-fresh.2.7.9.1700000000000000001.0";
        let new = "$JS.ACK._.hash.ADIT-JOBS.fetch-git-fresh.2.7.9.1700000000000000001.0.random";
        assert_eq!(acknowledgement(old), expected);
        assert_eq!(acknowledgement(new), expected);
        assert_eq!(acknowledgement("adit.pages.v1.x"), None);
    }
}
