//! Pages: from the fetchers to the writer.

use std::time::Duration;

use async_nats::Message;
use async_nats::jetstream::message::AckKind;
use bytes::Bytes;
use telemetry::Parent;
use uuid::Uuid;
use wire::subject::{self, PAGES_STREAM};
use wire::{Envelope, HeaderError, PageError};

use crate::delivery::{self, Handle};
use crate::inbox::{Came, Inbox};
use crate::{Bus, Error, PublishError, headers, topology};

/// How long one question for the first page waits.
const WAIT: Duration = Duration::from_secs(20);
const ENCODING: &str = "Content-Encoding";

impl Bus {
    /// Stores a page in the page stream. `project` is that of the subject. Compresses the payload when that pays.
    pub async fn publish_page(
        &self,
        envelope: &Envelope,
        project: Option<Uuid>,
        payload: Vec<u8>,
    ) -> Result<(), PublishError> {
        let subject = subject::page(envelope.entity, envelope.organization, project);
        let (payload, encoding) = wire::compress(payload);
        let mut headers = headers::traced();
        for (name, value) in envelope.headers() {
            headers::put(&mut headers, name, &value);
        }
        if let Some(encoding) = encoding {
            headers::put(&mut headers, ENCODING, encoding);
        }
        headers::put(&mut headers, "Nats-Msg-Id", &envelope.message_id());
        self.store_surely(&subject, headers, payload.into()).await?;
        Ok(())
    }

    /// The pages of all domains.
    pub fn pages(&self) -> PageQueue {
        PageQueue {
            bus: self.clone(),
            inbox: None,
            taken: Vec::new(),
        }
    }
}

/// The pages that wait for a writer.
#[derive(Debug)]
pub struct PageQueue {
    bus: Bus,
    inbox: Option<Inbox>,
    /// Drawn, and not handed out yet.
    taken: Vec<PageDelivery>,
}

impl PageQueue {
    /// Waits for the first page for as long as it takes, then takes what else comes within `wait`, `most` at most.
    /// It survives lost connections, streams and consumers; an error means that waiting on is useless.
    ///
    /// The future may be dropped: what it has drawn is given by the next call.
    pub async fn take(&mut self, most: usize, wait: Duration) -> Result<Vec<PageDelivery>, Error> {
        let most = most.max(1);
        let mut came = self.pull(most, wait).await?;
        while self.taken.is_empty() {
            self.bus.recover(&came).await?;
            // No more than one page may come late: the question stays open where this future is dropped.
            came = self.pull(1, WAIT).await?;
            if !self.taken.is_empty() {
                self.pull(most, wait).await?;
            }
        }
        let rest = self.taken.split_off(most.min(self.taken.len()));
        Ok(std::mem::replace(&mut self.taken, rest))
    }

    /// Gives back what was drawn and not handed out, so that another writer has it at once.
    pub async fn close(mut self) -> Result<(), Error> {
        if let Some(inbox) = self.inbox.take() {
            for message in inbox.close().await {
                self.taken.push(PageDelivery::read(&self.bus, message));
            }
        }
        for page in &self.taken {
            page.handle.say(AckKind::Nak(None)).await?;
        }
        Ok(())
    }

    /// Draws pages until there are `enough`, or `expires` is over.
    async fn pull(&mut self, enough: usize, expires: Duration) -> Result<Came, Error> {
        let inbox = match &mut self.inbox {
            Some(inbox) => inbox,
            none => none.insert(Inbox::open(&self.bus).await?),
        };
        while let Some(message) = inbox.waiting() {
            self.taken.push(PageDelivery::read(&self.bus, message));
        }
        let Some(lacking) = enough.checked_sub(self.taken.len()).filter(|n| *n > 0) else {
            return Ok(Came::End);
        };
        let pull = inbox
            .ask(PAGES_STREAM, topology::WRITER, lacking, Some(expires))
            .await?;
        while self.taken.len() < enough {
            match inbox.next(&[&pull]).await? {
                Came::Message(message) => {
                    self.taken.push(PageDelivery::read(&self.bus, message));
                }
                other => return Ok(other),
            }
        }
        Ok(Came::End)
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
    handle: Handle,
}

/// The envelope, if it is that of a page of this subject. What a fetcher may publish is bounded by the subject, so that
/// headers that say otherwise are a lie.
fn read(message: &Message) -> Result<Envelope, HeaderError> {
    let headers = message.headers.as_ref();
    let lie = |header, found: &str| Err(HeaderError::Invalid(header, found.to_owned()));
    if let Some(stream) = headers::get(headers, "Nats-Stream") {
        return lie("Nats-Stream", stream);
    }
    let envelope = Envelope::read(|name| headers::get(headers, name))?;
    let belongs = subject::pages(envelope.entity, envelope.organization);
    if !message.subject.starts_with(&belongs) {
        return lie("Adit-Entity", envelope.entity.name);
    }
    Ok(envelope)
}

impl PageDelivery {
    fn read(bus: &Bus, message: Message) -> Self {
        let handle = Handle::new(bus, &message);
        let headers = message.headers.as_ref();
        Self {
            envelope: read(&message),
            payload: wire::decompress(&message.payload, headers::get(headers, ENCODING)),
            delivered: delivery::delivered(&message),
            context: headers::parent(headers),
            subject: message.subject.into_string(),
            raw: message.payload,
            handle,
        }
    }

    /// The work goes on: the time to acknowledge begins anew.
    pub async fn progress(&self) -> Result<(), Error> {
        self.handle.say(AckKind::Progress).await
    }

    /// It is committed; NATS has forgotten it when this returns.
    pub async fn ack(&self) -> Result<(), Error> {
        self.handle.settle(AckKind::Ack).await
    }

    /// Not now: deliver it again after `delay`.
    pub async fn nak(&self, delay: Duration) -> Result<(), Error> {
        self.handle.say(AckKind::Nak(Some(delay))).await
    }

    /// It can never be committed: forget it.
    pub async fn term(&self) -> Result<(), Error> {
        self.handle.settle(AckKind::Term).await
    }
}
