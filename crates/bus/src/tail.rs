//! Follows the changed records.

use std::collections::BTreeMap;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::{HeaderMap, Message};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};
use jiff::Timestamp;
use wire::subject::RECORDS_STREAM;

use crate::delivery::Numbers;
use crate::follow::{self, Follow};
use crate::{Bus, Error, headers};

/// Where a tail begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// With what comes from now on.
    Now,
    /// With what was stored at that time or later.
    Time(Timestamp),
    /// With the oldest that is kept.
    Beginning,
}

/// A changed record, as it came.
#[derive(Debug, Clone)]
pub struct RecordMessage {
    /// Where it was published.
    pub subject: String,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
    /// The record.
    pub payload: Bytes,
    /// When it was stored.
    pub time: Timestamp,
    /// Its number in the stream.
    pub sequence: u64,
}

impl Bus {
    /// Follows the changed records that match the filter (`wire::subject::records`), in order, for ever. It survives lost
    /// connections and streams; after an error, which says that waiting on is useless, the stream ends.
    pub fn tail(
        &self,
        filter: String,
        since: Since,
    ) -> BoxStream<'static, Result<RecordMessage, Error>> {
        let start = match since {
            Since::Now => DeliverPolicy::New,
            Since::Beginning => DeliverPolicy::All,
            Since::Time(time) => follow::at(time.as_nanosecond()).unwrap_or(DeliverPolicy::All),
        };
        let follow = Follow::new(self, RECORDS_STREAM, filter, start);
        stream::unfold(Some(follow), async |follow| {
            let mut follow = follow?;
            loop {
                match follow.next().await {
                    Ok((message, _)) if !is_record(&message) => {
                        tracing::debug!("what is no record on `{}` is left out", message.subject);
                    }
                    Ok((message, numbers)) => {
                        let record = RecordMessage::read(message, &numbers);
                        return Some((Ok(record), Some(follow)));
                    }
                    Err(error) => return Some((Err(error), None)),
                }
            }
        })
        .boxed()
    }
}

/// The writer's records have a key. JetStream gives out what one may read to any subject, those of records as well; what was
/// given out so says from which stream, or has no headers at all.
fn is_record(message: &Message) -> bool {
    let headers = message.headers.as_ref();
    headers::get(headers, "Adit-Key").is_some() && !headers::is_given_out(headers)
}

impl RecordMessage {
    fn read(message: Message, numbers: &Numbers) -> Self {
        Self {
            subject: message.subject.into_string(),
            headers: message.headers.as_ref().map(all).unwrap_or_default(),
            payload: message.payload,
            time: Timestamp::from_nanosecond(numbers.nanoseconds).unwrap_or_default(),
            sequence: numbers.stream_sequence,
        }
    }
}

fn all(headers: &HeaderMap) -> BTreeMap<String, String> {
    let lines = headers.iter().filter_map(|(name, values)| {
        let value = values.first()?;
        Some((name.to_string(), value.as_str().to_owned()))
    });
    lines.collect()
}
