//! Follows a stream in order, without acknowledging: an own short-lived consumer that is made anew whenever something was missed.

use std::time::Duration;

use async_nats::Message;
use async_nats::jetstream::consumer::{self, AckPolicy, DeliverPolicy};
use uuid::Uuid;

use crate::delivery::{Numbers, acknowledgement};
use crate::inbox::{Came, Inbox, Pull};
use crate::{Bus, Error};

/// Messages that are asked for at once.
const MOST: usize = 200;
/// How long one question waits.
const WAIT: Duration = Duration::from_secs(20);
/// The server forgets a consumer that nobody asks for so long.
const FORGET: Duration = Duration::from_mins(1);

/// Reads a stream in order.
#[derive(Debug)]
pub(crate) struct Follow {
    bus: Bus,
    stream: &'static str,
    filter: String,
    start: DeliverPolicy,
    /// The last message: after a loss, a new consumer begins behind it, so that nothing is given twice or left out.
    last: Option<(u64, i128)>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    inbox: Inbox,
    name: String,
    /// The open question, and how many messages it may still bring: one that has brought all says no more.
    pull: Option<(Pull, usize)>,
    consumer_sequence: u64,
}

impl Follow {
    pub(crate) fn new(
        bus: &Bus,
        stream: &'static str,
        filter: String,
        start: DeliverPolicy,
    ) -> Self {
        Self {
            bus: bus.clone(),
            stream,
            filter,
            start,
            last: None,
            open: None,
        }
    }

    /// The next message. An error means that waiting on is useless.
    pub(crate) async fn next(&mut self) -> Result<(Message, Numbers), Error> {
        loop {
            let came = match self.step().await {
                Ok(came) => came,
                Err(error) if error.is_final() => return Err(error),
                Err(error) => {
                    tracing::debug!("cannot follow {}: {error}", self.stream);
                    Came::Lost
                }
            };
            match came {
                Came::Message(message) => {
                    if let Some(numbers) = self.in_order(&message) {
                        return Ok((message, numbers));
                    }
                }
                Came::End => {}
                lost => {
                    self.open = None;
                    self.bus.recover(&lost).await?;
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Came, Error> {
        if self.open.is_none() {
            match self.create().await? {
                Some(open) => self.open = Some(open),
                None => return Ok(Came::Gone),
            }
        }
        let Some(open) = &mut self.open else {
            return Ok(Came::Lost);
        };
        let (pull, lacking) = if let Some(pull) = open.pull.take() {
            pull
        } else {
            let inbox = &mut open.inbox;
            let pull = inbox.ask(self.stream, &open.name, MOST, Some(WAIT)).await?;
            (pull, MOST)
        };
        let came = open.inbox.next(&[&pull]).await?;
        if matches!(came, Came::Message(_)) && lacking > 1 {
            open.pull = Some((pull, lacking - 1));
        }
        Ok(came)
    }

    /// A gap in the consumer's own numbers is a message that never came: begin anew behind the last one.
    fn in_order(&mut self, message: &Message) -> Option<Numbers> {
        let numbers = acknowledgement(message.reply.as_deref()?)?;
        let open = self.open.as_mut()?;
        if numbers.consumer_sequence != open.consumer_sequence + 1 {
            self.open = None;
            return None;
        }
        open.consumer_sequence += 1;
        self.last = Some((numbers.stream_sequence, numbers.nanoseconds));
        Some(numbers)
    }

    /// Makes the consumer; `None` when the stream is not there.
    async fn create(&self) -> Result<Option<Open>, Error> {
        let name = format!("follow-{}", Uuid::new_v4().simple());
        let mut config = consumer::Config {
            name: Some(name.clone()),
            filter_subject: self.filter.clone(),
            ack_policy: AckPolicy::None,
            max_deliver: 1,
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: FORGET,
            deliver_policy: self.start,
            ..consumer::Config::default()
        };
        if let Some((sequence, nanoseconds)) = self.last {
            config.deliver_policy = self.behind(sequence, nanoseconds).await?;
        }
        let made = self
            .bus
            .create_consumer(self.stream, &name, &config)
            .await?;
        match made {
            Ok(_) => Ok(Some(Open {
                inbox: Inbox::open(&self.bus).await?,
                name,
                pull: None,
                consumer_sequence: 0,
            })),
            Err(refusal) if refusal.is_missing() => Ok(None),
            Err(refusal) => Err(Error::Nats {
                doing: format!("following {}", self.stream),
                reason: refusal.reason,
            }),
        }
    }

    /// A stream that was made anew counts from 1 again; then only the time tells what is new.
    async fn behind(&self, sequence: u64, nanoseconds: i128) -> Result<DeliverPolicy, Error> {
        let info = self
            .bus
            .call::<async_nats::jetstream::stream::Info>(
                &format!("STREAM.INFO.{}", self.stream),
                None::<&()>,
            )
            .await?;
        let is_same = info.is_ok_and(|info| {
            info.created.unix_timestamp_nanos() <= nanoseconds
                && info.state.last_sequence >= sequence
        });
        if is_same {
            return Ok(DeliverPolicy::ByStartSequence {
                start_sequence: sequence + 1,
            });
        }
        Ok(at(nanoseconds + 1).unwrap_or(DeliverPolicy::All))
    }
}

/// Begins at a time.
pub(crate) fn at(nanoseconds: i128) -> Option<DeliverPolicy> {
    let start_time = async_nats::datetime::from_nanos(nanoseconds).ok()?;
    Some(DeliverPolicy::ByStartTime { start_time })
}
