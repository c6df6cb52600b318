//! Asks another service.

use std::time::Duration;

use prost::Message;

use crate::exchange::Failure;
use crate::{Bus, Error, headers};

/// Header of an answer that says why there is none.
pub(crate) const ERROR_HEADER: &str = "Adit-Error";

impl Bus {
    /// Asks, and waits for the answer on this service's private inbox.
    pub async fn request<Request, Reply>(
        &self,
        subject: &str,
        request: &Request,
        timeout: Duration,
    ) -> Result<Reply, Error>
    where
        Request: Message,
        Reply: Message + Default,
    {
        let payload = request.encode_to_vec().into();
        let answer = self
            .exchange(subject, headers::traced(), payload, timeout)
            .await;
        let answer = answer.map_err(|failure| match failure {
            Failure::NobodyListens => Error::NotRunning {
                subject: subject.to_owned(),
                service: service_of(subject),
            },
            other => other.at("asking", subject),
        })?;
        if let Some(reason) = headers::get(answer.headers.as_ref(), ERROR_HEADER) {
            return Err(Error::Refused {
                subject: subject.to_owned(),
                reason: reason.to_owned(),
            });
        }
        Reply::decode(answer.payload).map_err(|source| Error::Decode {
            subject: subject.to_owned(),
            source,
        })
    }
}

/// The service that answers a subject, for the error when nobody does.
fn service_of(subject: &str) -> &'static str {
    let verb = subject.rsplit('.').next().unwrap_or_default();
    if subject.starts_with("adit.auth.") || verb == "provision" {
        "auth"
    } else if verb.starts_with("sync-") {
        "scheduler"
    } else {
        "that answers it"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_a_service_that_answers_it() {
        use wire::subject;
        for (subject, service) in [
            (subject::TOKEN, "auth"),
            (subject::PROVISION, "auth"),
            (subject::SYNC_START, "scheduler"),
            (subject::SYNC_STATUS, "scheduler"),
        ] {
            assert_eq!(service_of(subject), service, "{subject}");
        }
    }
}
