//! Jobs: one waiting job a feed, the fresh before the backfill.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::Message;
use async_nats::jetstream::message::AckKind;
use prost::Message as _;
use tokio::time::Instant;
use wire::proto::control::v1::Job;
use wire::subject::{self, Priority};
use wire::{Domain, content_type};

/// The message that a job is.
const JOB: &str = "adit.control.v1.Job";

use crate::delivery::Handle;
use crate::inbox::{Came, Inbox};
use crate::{Bus, Delivery, Error, PublishError, headers, topology};

/// How long one question for a job waits.
const WAIT: Duration = Duration::from_secs(20);
/// A job that came beside another is carried out next, unless it has lain here so long that NATS may soon give it to another.
const HELD: Duration = Duration::from_secs(15);

impl Bus {
    /// Orders a job. It replaces a job of the same feed that still waits.
    pub async fn publish_job(
        &self,
        job: &Job,
        domain: Domain,
        priority: Priority,
    ) -> Result<(), PublishError> {
        let feed = job.feed_id.parse().map_err(|_| Error::Nats {
            doing: "ordering a job".to_owned(),
            reason: format!("`{}` is no feed id", job.feed_id),
        })?;
        let subject = subject::job(domain, priority, feed);
        let mut headers = headers::traced();
        headers::put(&mut headers, "Content-Type", &content_type(JOB));
        headers::put(
            &mut headers,
            "Nats-Msg-Id",
            &format!("job/{feed}/{}", job.epoch),
        );
        self.store_surely(&subject, headers, job.encode_to_vec().into())
            .await?;
        Ok(())
    }

    /// The jobs of a domain.
    pub fn jobs(&self, domain: Domain) -> JobQueue {
        JobQueue {
            bus: self.clone(),
            consumers: Priority::ALL.map(|priority| topology::fetcher(domain, priority)),
            inbox: None,
            held: VecDeque::new(),
        }
    }
}

/// The jobs of a domain.
#[derive(Debug)]
pub struct JobQueue {
    bus: Bus,
    /// Of fresh jobs and of backfill.
    consumers: [String; 2],
    /// Of a `next` that goes on or was dropped.
    inbox: Option<Inbox>,
    held: VecDeque<(Instant, Message)>,
}

impl JobQueue {
    /// Waits for a job; a fresh one comes before one of backfill. It survives lost connections, streams and consumers;
    /// an error means that waiting on is useless (permissions, settings). A job that cannot be decoded is dropped with a WARN.
    ///
    /// The future may be dropped: what it has drawn is given by the next call.
    pub async fn next(&mut self) -> Result<Delivery<Job>, Error> {
        loop {
            let message = self.pull().await?;
            match read(&message) {
                Ok(job) => {
                    let delivery = Delivery::new(&self.bus, &message, job);
                    // It may have been held for a while.
                    delivery.progress().await?;
                    return Ok(delivery);
                }
                Err(error) => {
                    tracing::warn!("dropping what is no job on `{}`: {error}", message.subject);
                    let handle = Handle::new(&self.bus, &message);
                    handle.settle(AckKind::Term).await?;
                }
            }
        }
    }

    /// Gives back what was drawn and not handed out, so that another fetcher has it at once.
    pub async fn close(mut self) -> Result<(), Error> {
        self.close_inbox().await;
        for (_, message) in std::mem::take(&mut self.held) {
            let handle = Handle::new(&self.bus, &message);
            handle.say(AckKind::Nak(None)).await?;
        }
        Ok(())
    }

    async fn pull(&mut self) -> Result<Message, Error> {
        loop {
            // An inbox with questions open would draw jobs that nobody looks at.
            self.close_inbox().await;
            while let Some((since, message)) = self.held.pop_front() {
                if since.elapsed() < HELD {
                    return Ok(message);
                }
            }
            let inbox = self.inbox.insert(Inbox::open(&self.bus).await?);
            match ask(inbox, &self.consumers).await? {
                Came::Message(message) => self.held.push_back((Instant::now(), message)),
                other => self.bus.recover(&other).await?,
            }
        }
    }

    async fn close_inbox(&mut self) {
        if let Some(inbox) = self.inbox.take() {
            let rest = inbox.close().await;
            self.held
                .extend(rest.into_iter().map(|message| (Instant::now(), message)));
        }
    }
}

/// Reads a job. One without its headers is none that the scheduler published: JetStream gives out what one may read to any
/// subject, those of jobs as well.
fn read(message: &Message) -> Result<Job, String> {
    let headers = message.headers.as_ref();
    if headers::is_given_out(headers) {
        return Err("it was given out of a stream, and not published as a job".to_owned());
    }
    if headers::get(headers, "Content-Type") != Some(content_type(JOB).as_str()) {
        return Err("its content type is not that of a job".to_owned());
    }
    Job::decode(message.payload.as_ref()).map_err(|error| error.to_string())
}

/// Asks for what is there, the fresh first, and then waits for either.
async fn ask(inbox: &mut Inbox, consumers: &[String; 2]) -> Result<Came, Error> {
    for consumer in consumers {
        let pull = inbox.ask(subject::JOBS_STREAM, consumer, 1, None).await?;
        let came = inbox.next(&[&pull]).await?;
        if !matches!(came, Came::End) {
            return Ok(came);
        }
    }
    let [fresh, backfill] = consumers;
    let fresh = inbox
        .ask(subject::JOBS_STREAM, fresh, 1, Some(WAIT))
        .await?;
    let backfill = inbox
        .ask(subject::JOBS_STREAM, backfill, 1, Some(WAIT))
        .await?;
    inbox.next(&[&fresh, &backfill]).await
}
