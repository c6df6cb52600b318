//! The bucket of the pace: small values that all fetchers share, and that expire.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::{HeaderMap, StatusCode};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};

use crate::exchange::{Failure, SERVER};
use crate::follow::{Follow, Resume};
use crate::topology::{PACE_BUCKET, PACE_STREAM};
use crate::{Bus, Error, PublishError, headers};

/// The bucket of the pace.
#[derive(Debug, Clone)]
pub struct Pace {
    bus: Bus,
}

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
    /// The bucket of the pace. Keys are made of `a-zA-Z0-9_=/-` and dots.
    pub fn pace(&self) -> Pace {
        Pace { bus: self.clone() }
    }
}

impl Pace {
    /// The value of a key; nothing when there is none, or it has expired.
    pub async fn get(&self, key: &str) -> Result<Option<PaceEntry>, Error> {
        Ok(self.last(key).await?.filter(|entry| entry.value.is_some()))
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
        if let Some(set) = self
            .set(key, revision.unwrap_or_default(), value.clone(), life)
            .await?
        {
            return Ok(Some(set));
        }
        if revision.is_some() {
            return Ok(None);
        }
        // What has expired leaves a mark, which has a number of its own.
        match self.last(key).await? {
            Some(PaceEntry {
                value: None,
                revision,
                ..
            }) => self.set(key, revision, value, life).await,
            _ => Ok(None),
        }
    }

    /// Follows a key, beginning with what it is now, if it is anything. After an error, which says that waiting on is
    /// useless, the stream ends.
    pub fn watch(&self, key: &str) -> BoxStream<'static, Result<PaceEntry, Error>> {
        let key = key.to_owned();
        let follow = Follow::new(
            &self.bus,
            PACE_STREAM,
            subject(&key),
            DeliverPolicy::LastPerSubject,
            Resume::Anew,
        );
        stream::unfold(Some((follow, key)), async |state| {
            let (mut follow, key) = state?;
            Some(match follow.next().await {
                Ok((message, numbers)) => {
                    let entry = PaceEntry {
                        key: key.clone(),
                        value: live(message.headers.as_ref(), message.payload),
                        revision: numbers.stream_sequence,
                    };
                    (Ok(entry), Some((follow, key)))
                }
                Err(error) => (Err(error), None),
            })
        })
        .boxed()
    }

    /// The last thing written under a key, be it only the mark of what has expired.
    async fn last(&self, key: &str) -> Result<Option<PaceEntry>, Error> {
        let ask = format!("$JS.API.DIRECT.GET.{PACE_STREAM}.{}", subject(key));
        let get = || {
            self.bus
                .exchange(&ask, HeaderMap::new(), Bytes::new(), SERVER)
        };
        let answer = match get().await {
            Err(Failure::NobodyListens) => {
                self.bus.restore().await?;
                get().await
            }
            answer => answer,
        };
        let answer = answer.map_err(|failure| failure.at("reading the pace", &ask))?;
        if answer.status == Some(StatusCode::NOT_FOUND) {
            return Ok(None);
        }
        let revision = headers::get(answer.headers.as_ref(), "Nats-Sequence")
            .and_then(|sequence| sequence.parse().ok());
        let Some(revision) = revision else {
            return Err(Error::Nats {
                doing: format!("reading the pace of {key}"),
                reason: answer.description.unwrap_or_default(),
            });
        };
        Ok(Some(PaceEntry {
            key: key.to_owned(),
            value: live(answer.headers.as_ref(), answer.payload),
            revision,
        }))
    }

    /// A key-value client's `update` drops the life of a value, which then never expires: so this is a publish with headers.
    async fn set(
        &self,
        key: &str,
        revision: u64,
        value: Bytes,
        life: Duration,
    ) -> Result<Option<u64>, Error> {
        let subject = subject(key);
        let mut headers = HeaderMap::new();
        // The server takes whole seconds, and 0 for ever.
        let seconds = life.as_secs().max(1);
        headers::put(&mut headers, "Nats-TTL", &format!("{seconds}s"));
        headers::put(
            &mut headers,
            "Nats-Expected-Last-Subject-Sequence",
            &revision.to_string(),
        );
        let set = match self
            .bus
            .store(&subject, headers.clone(), value.clone())
            .await
        {
            Err(error) if error.is_gone() => {
                self.bus.restore().await?;
                self.bus.store(&subject, headers, value).await
            }
            set => set,
        };
        match set {
            Ok(stored) => Ok(Some(stored.sequence)),
            Err(error) if error.has_code(ErrorCode::STREAM_WRONG_LAST_SEQUENCE) => Ok(None),
            Err(error) => Err(match error.at(&subject) {
                PublishError::Other(error) => error,
                full => Error::Nats {
                    doing: "writing the pace".to_owned(),
                    reason: full.to_string(),
                },
            }),
        }
    }
}

fn subject(key: &str) -> String {
    format!("$KV.{PACE_BUCKET}.{key}")
}

/// The value, unless the message is the mark of one that is gone.
fn live(headers: Option<&HeaderMap>, payload: Bytes) -> Option<Bytes> {
    let is_mark = headers::get(headers, "Nats-Marker-Reason").is_some()
        || headers::get(headers, "KV-Operation").is_some();
    (!is_mark).then_some(payload)
}
