//! The JetStream API: JSON in, JSON out, and the acknowledgement of a publish.

use async_nats::HeaderMap;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::response::Response;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::exchange::{Failure, SERVER};
use crate::{Bus, Error, PublishError};

/// Codes that say that there is no room: the stream's limit, the server's disk, the account's share, its memory.
const FULL: [ErrorCode; 5] = [
    ErrorCode::STREAM_STORE_FAILED,
    ErrorCode::STORAGE_RESOURCES_EXCEEDED,
    ErrorCode::ACCOUNT_RESOURCES_EXCEEDED,
    ErrorCode::MEMORY_RESOURCES_EXCEEDED,
    ErrorCode::INSUFFICIENT_RESOURCES,
];

/// The acknowledgement of a publish. The client's own leaves out the count of a batch.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    /// Number in the stream.
    #[serde(rename = "seq")]
    pub(crate) sequence: u64,
    /// Messages of an atomic batch.
    #[serde(default)]
    pub(crate) count: Option<u64>,
}

/// What JetStream refuses.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) reason: String,
}

impl Refusal {
    pub(crate) fn is_full(&self) -> bool {
        FULL.contains(&self.code)
    }

    /// The server has not the room that a stream wants to be promised.
    pub(crate) fn lacks_storage(&self) -> bool {
        self.code == ErrorCode::STORAGE_RESOURCES_EXCEEDED
    }

    pub(crate) fn is_missing(&self) -> bool {
        [ErrorCode::STREAM_NOT_FOUND, ErrorCode::CONSUMER_NOT_FOUND].contains(&self.code)
    }
}

/// Why a message was not stored, before it is put into the words of the outside.
#[derive(Debug)]
pub(crate) enum NotStored {
    Failed(Failure),
    Refused(Refusal),
}

impl NotStored {
    pub(crate) fn at(self, subject: &str) -> PublishError {
        match self {
            Self::Failed(failure) => failure.publishing(subject),
            Self::Refused(refusal) if refusal.is_full() => PublishError::Full(refusal.reason),
            Self::Refused(refusal) => PublishError::Other(Error::Nats {
                doing: format!("publishing to `{subject}`"),
                reason: refusal.reason,
            }),
        }
    }

    pub(crate) fn has_code(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == code)
    }

    /// The stream is not there: JetStream was wiped, or somebody deleted it.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self, Self::Failed(Failure::NobodyListens))
    }
}

impl Bus {
    /// Calls the JetStream API. `Ok(Err(_))` is its own refusal.
    pub(crate) async fn call<Answer: DeserializeOwned>(
        &self,
        verb: &str,
        argument: Option<&(impl Serialize + Sync)>,
    ) -> Result<Result<Answer, Refusal>, Error> {
        let subject = format!("$JS.API.{verb}");
        let unreadable = |error: serde_json::Error| Error::Nats {
            doing: format!("calling `{subject}`"),
            reason: error.to_string(),
        };
        let payload = match argument {
            Some(argument) => serde_json::to_vec(argument).map_err(unreadable)?,
            None => Vec::new(),
        };
        let answer = self
            .exchange(&subject, HeaderMap::new(), payload.into(), SERVER)
            .await
            .map_err(|failure| failure.at("calling JetStream", &subject))?;
        read(&answer.payload).map_err(unreadable)
    }

    /// Publishes to a stream and waits until the message is stored.
    pub(crate) async fn store(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Result<Stored, NotStored> {
        let answer = self
            .exchange(subject, headers, payload, SERVER)
            .await
            .map_err(NotStored::Failed)?;
        stored(&answer.payload)
    }

    /// The same, and makes the stream anew when it is gone.
    pub(crate) async fn store_surely(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Result<Stored, PublishError> {
        match self.store(subject, headers.clone(), payload.clone()).await {
            Err(error) if error.is_gone() => self.restore().await?,
            outcome => return outcome.map_err(|error| error.at(subject)),
        }
        self.store(subject, headers, payload)
            .await
            .map_err(|error| error.at(subject))
    }
}

/// Reads the acknowledgement of a publish.
pub(crate) fn stored(payload: &[u8]) -> Result<Stored, NotStored> {
    read(payload)
        .map_err(|error| NotStored::Failed(Failure::Other(error.to_string())))?
        .map_err(NotStored::Refused)
}

fn read<Answer: DeserializeOwned>(
    payload: &[u8],
) -> Result<Result<Answer, Refusal>, serde_json::Error> {
    Ok(match serde_json::from_slice(payload)? {
        Response::Ok(answer) => Ok(answer),
        Response::Err { error } => Err(Refusal {
            code: error.error_code(),
            reason: error.to_string(),
        }),
    })
}
