//! The bucket of the pace: small values that all fetchers share, and that expire.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::{HeaderMap, StatusCode, Subscriber};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::watch;

use crate::denial::Listener;
use crate::exchange::{Failure, SERVER};
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

    /// Follows a key, beginning with what it is now: nothing when there is none. After an error the stream ends; follow anew.
    ///
    /// What is written is heard as it is published, which needs no consumer: whoever may make one can have it deliver to any
    /// subject. So a value that came too late to be stored is heard as well, until its writer tries again; and that one has
    /// expired is not heard at all.
    pub fn watch(&self, key: &str) -> BoxStream<'static, Result<Option<Bytes>, Error>> {
        let watch = Watch {
            pace: self.clone(),
            key: key.to_owned(),
            heard: None,
        };
        stream::unfold(Some(watch), async |watch| {
            let mut watch = watch?;
            Some(match watch.next().await {
                Ok(value) => (Ok(value), Some(watch)),
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

/// Follows a key.
struct Watch {
    pace: Pace,
    key: String,
    heard: Option<Heard>,
}

struct Heard {
    values: Subscriber,
    denials: Listener,
    connections: watch::Receiver<u64>,
}

impl Watch {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let subject = subject(&self.key);
        let heard = match &mut self.heard {
            Some(heard) => heard,
            none => {
                let signs = self.pace.bus.signs();
                let (denials, connections) =
                    (signs.denials.listen(), signs.connections.subscribe());
                let values = self.pace.bus.listen(&subject, None).await?;
                *none = Some(Heard {
                    values,
                    denials,
                    connections,
                });
                return self.current().await;
            }
        };
        let subjects = [subject.as_str()];
        tokio::select! {
            value = heard.values.next() => match value {
                Some(value) => Ok(live(value.headers.as_ref(), value.payload)),
                None => Err(Error::Nats {
                    doing: format!("listening to `{subject}`"),
                    reason: "the connection was closed".to_owned(),
                }),
            },
            denial = heard.denials.of(&subjects) => Err(denial.into()),
            // What was written while there was no connection was not heard.
            _ = heard.connections.changed() => self.current().await,
        }
    }

    async fn current(&self) -> Result<Option<Bytes>, Error> {
        let entry = self.pace.get(&self.key).await?;
        Ok(entry.and_then(|entry| entry.value))
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
