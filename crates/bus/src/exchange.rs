//! One message out, one answer back: what publishing with an acknowledgement, the JetStream API and requests all are.

use std::time::Duration;

use async_nats::{HeaderMap, Message, Request, RequestErrorKind};
use bytes::Bytes;

use crate::{Bus, Denial, Error, PublishError};

/// How long the server may take to answer. With an fsync for each message it takes milliseconds.
pub(crate) const SERVER: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody listens to the subject: the stream, the consumer or the service is not there.
    NobodyListens,
    /// It took too long.
    TimedOut(Duration),
    /// The user of this service may not do it.
    Denied(Denial),
    /// NATS does not take messages of this size.
    TooLarge { bytes: usize, most: usize },
    /// Anything else.
    Other(String),
}

impl Failure {
    /// In the words of the outside. `doing` completes "NATS failed at …".
    pub(crate) fn at(self, doing: &str, subject: &str) -> Error {
        let nats = |reason: String| Error::Nats {
            doing: doing.to_owned(),
            reason,
        };
        match self {
            Self::NobodyListens => nats(format!("nothing listens to `{subject}`")),
            Self::TimedOut(after) => Error::TimedOut {
                subject: subject.to_owned(),
                after,
            },
            Self::Denied(denial) => denial.into(),
            Self::TooLarge { bytes, most } => {
                nats(format!("{bytes} bytes are more than the {most} it takes"))
            }
            Self::Other(reason) => nats(reason),
        }
    }

    /// The same for a publish.
    pub(crate) fn publishing(self, subject: &str) -> PublishError {
        match self {
            Self::TooLarge { bytes, most } => PublishError::TooLarge { bytes, most },
            other => PublishError::Other(other.at("publishing", subject)),
        }
    }
}

impl Bus {
    /// Sends a message and waits for its answer on the private inbox. A denied publish ends it at once.
    pub(crate) async fn exchange(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
        wait: Duration,
    ) -> Result<Message, Failure> {
        self.check_size(&headers, payload.len())?;
        let mut denials = self.signs().denials.listen();
        let mut request = Request::new().payload(payload).timeout(Some(wait));
        if !headers.is_empty() {
            request = request.headers(headers);
        }
        let subjects = [subject];
        let answer = tokio::select! {
            answer = self.client().send_request(subject.to_owned(), request) => answer,
            denial = denials.of(&subjects) => {
                return Err(Failure::Denied(denial));
            }
        };
        answer.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => Failure::NobodyListens,
            RequestErrorKind::TimedOut => Failure::TimedOut(wait),
            _ => Failure::Other(error.to_string()),
        })
    }

    /// The client would refuse it too, without saying how large is too large.
    fn check_size(&self, headers: &HeaderMap, payload: usize) -> Result<(), Failure> {
        let each = |(name, values): (&async_nats::HeaderName, &Vec<async_nats::HeaderValue>)| {
            let name: &str = name.as_ref();
            // A line is `name: value\r\n`.
            values
                .iter()
                .map(|value| name.len() + value.as_str().len() + 4)
                .sum::<usize>()
        };
        // The first line is `NATS/1.0\r\n`, the last one is empty.
        let bytes = payload + 12 + headers.iter().map(each).sum::<usize>();
        let most = self.client().max_payload();
        if bytes > most {
            return Err(Failure::TooLarge { bytes, most });
        }
        Ok(())
    }
}
