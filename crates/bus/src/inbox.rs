//! Pulls messages from consumers. Every wait notices a lost connection and a vanished stream or consumer within seconds.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::BatchConfig;
use async_nats::{Message, StatusCode, Subscriber};
use futures::StreamExt as _;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::denial::Listener;
use crate::{Bus, Error};

/// The server is given this much longer than it was told to take before it is taken for gone.
const MARGIN: Duration = Duration::from_secs(2);
/// A pause before something is asked for again that has just failed.
const PAUSE: Duration = Duration::from_millis(200);

/// An inbox for the answers of pulls.
#[derive(Debug)]
pub(crate) struct Inbox {
    bus: Bus,
    name: String,
    messages: Subscriber,
    connections: watch::Receiver<u64>,
    denials: Listener,
    pulls: u64,
}

/// What came of a wait.
#[derive(Debug)]
pub(crate) enum Came {
    /// A message of the stream.
    Message(Message),
    /// The pull is over; all that it brings has come.
    End,
    /// The stream or the consumer is not there.
    Gone,
    /// The connection was lost or the server is silent: what was asked may never be answered.
    Lost,
}

impl Inbox {
    pub(crate) async fn open(bus: &Bus) -> Result<Self, Error> {
        let denials = bus.signs().denials.listen();
        let connections = bus.signs().connections.subscribe();
        let name = bus.client().new_inbox();
        let messages = bus
            .client()
            .subscribe(format!("{name}.*"))
            .await
            .map_err(|error| Error::Nats {
                doing: "opening an inbox".to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            bus: bus.clone(),
            name,
            messages,
            connections,
            denials,
            pulls: 0,
        })
    }

    /// Asks a consumer for `most` messages, which may come until `expires` is over; without, only those that are there.
    pub(crate) async fn ask(
        &mut self,
        stream: &str,
        consumer: &str,
        most: usize,
        expires: Option<Duration>,
    ) -> Result<Pull, Error> {
        self.pulls += 1;
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}");
        let pull = Pull {
            answer: format!("{}.{}", self.name, self.pulls),
            until: Instant::now() + expires.unwrap_or_default() + MARGIN,
            subject,
        };
        let failed = |reason: String| Error::Nats {
            doing: format!("pulling from {stream}"),
            reason,
        };
        let request = BatchConfig {
            batch: most,
            expires,
            no_wait: expires.is_none(),
            ..BatchConfig::default()
        };
        let request = serde_json::to_vec(&request).map_err(|error| failed(error.to_string()))?;
        self.bus
            .client()
            .publish_with_reply(pull.subject.clone(), pull.answer.clone(), request.into())
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(pull)
    }

    /// Waits for the next thing that the pulls bring. Answers to other pulls, given up earlier, are skipped.
    pub(crate) async fn next(&mut self, pulls: &[&Pull]) -> Result<Came, Error> {
        let Some(until) = pulls.iter().map(|pull| pull.until).min() else {
            return Ok(Came::End);
        };
        let mut subjects: Vec<&str> = pulls.iter().map(|pull| pull.subject.as_str()).collect();
        let inbox = format!("{}.*", self.name);
        subjects.push(&inbox);
        loop {
            let message = tokio::select! {
                // What has come is taken before anything is said about the connection.
                biased;
                message = self.messages.next() => message,
                denial = self.denials.of(&subjects) => {
                    return Err(denial.into());
                }
                _ = self.connections.changed() => return Ok(Came::Lost),
                () = tokio::time::sleep_until(until) => return Ok(Came::Lost),
            };
            let Some(message) = message else {
                return Ok(Came::Lost);
            };
            let Some(status) = message.status else {
                return Ok(Came::Message(message));
            };
            let is_ours = pulls.iter().any(|pull| *pull.answer == *message.subject);
            if is_ours && status != StatusCode::IDLE_HEARTBEAT {
                return Ok(came(status, message.description.as_deref()));
            }
        }
    }

    /// A message that has come already, if any.
    pub(crate) fn waiting(&mut self) -> Option<Message> {
        use futures::FutureExt as _;
        loop {
            let message = self.messages.next().now_or_never()??;
            if message.status.is_none() {
                return Some(message);
            }
        }
    }

    /// Takes back what was asked for, and gives what came nevertheless.
    pub(crate) async fn close(mut self) -> Vec<Message> {
        if self.messages.drain().await.is_err() {
            return Vec::new();
        }
        let rest = async {
            let mut rest = Vec::new();
            while let Some(message) = self.messages.next().await {
                if message.status.is_none() {
                    rest.push(message);
                }
            }
            rest
        };
        // The server answers a ping at the end, unless the connection is lost with all that was on its way.
        tokio::time::timeout(MARGIN, rest).await.unwrap_or_default()
    }
}

/// One question to a consumer.
#[derive(Debug)]
pub(crate) struct Pull {
    subject: String,
    answer: String,
    until: Instant,
}

/// What a status says: <https://docs.nats.io/reference/reference-protocols/nats_api_reference>.
fn came(status: StatusCode, description: Option<&str>) -> Came {
    let description = description.unwrap_or_default();
    let is_gone = status == StatusCode::NO_RESPONDERS
        || description.contains("Consumer Deleted")
        || description.contains("Consumer is push based");
    if is_gone {
        Came::Gone
    } else if ["Server Shutdown", "Leadership Change", "Exceeded"]
        .iter()
        .any(|words| description.contains(words))
    {
        // Not the end of what there is: ask again, after a pause.
        Came::Lost
    } else {
        Came::End
    }
}

impl Bus {
    /// Makes good what a wait found wrong. An error means that it cannot be made good.
    pub(crate) async fn recover(&self, came: &Came) -> Result<(), Error> {
        if matches!(came, Came::Gone)
            && let Err(error) = self.restore().await
        {
            if error.is_final() {
                return Err(error);
            }
            tracing::warn!("{} cannot make its streams yet: {error}", self.service());
            tokio::time::sleep(PAUSE * 4).await;
        }
        if matches!(came, Came::Gone | Came::Lost) {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}
