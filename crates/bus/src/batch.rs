//! Atomic batches (ADR-50): many messages that a stream stores whole or not at all, for one fsync.

use async_nats::HeaderMap;
use bytes::Bytes;
use uuid::Uuid;

use crate::api::{self, NotStored, Stored};
use crate::exchange::{Failure, SERVER};
use crate::{Bus, PublishError, headers};

/// The server's limit.
pub(crate) const MOST: usize = 1_000;

/// Subject, headers, payload.
pub(crate) type Message = (String, HeaderMap, Bytes);

impl Bus {
    /// Publishes a batch of two to [`MOST`] messages. `Ok(Err(_))`: the server refuses batches, so publish them otherwise.
    pub(crate) async fn publish_batch(
        &self,
        messages: &[Message],
    ) -> Result<Result<(), String>, PublishError> {
        let first = match self.try_batch(messages).await {
            Err(error) if error.is_gone() => {
                self.restore().await?;
                self.try_batch(messages).await
            }
            outcome => outcome,
        };
        let subject = messages.first().map_or("", |(subject, ..)| subject);
        match first {
            Ok(stored) if stored.count == Some(messages.len() as u64) => Ok(Ok(())),
            Ok(stored) => Ok(Err(format!(
                "of {} messages {:?} were stored",
                messages.len(),
                stored.count
            ))),
            Err(NotStored::Refused(refusal)) if !refusal.is_full() => Ok(Err(refusal.reason)),
            Err(error) => Err(error.at(subject)),
        }
    }

    async fn try_batch(&self, messages: &[Message]) -> Result<Stored, NotStored> {
        let batch = Uuid::new_v4().simple().to_string();
        let Some(((subject, last, payload), others)) = messages.split_last() else {
            return Err(NotStored::Failed(Failure::Other(
                "an empty batch".to_owned(),
            )));
        };
        for (place, (subject, headers, payload)) in others.iter().enumerate() {
            let headers = numbered(headers, &batch, place + 1);
            if place == 0 {
                // The first is answered, with nothing or with a refusal of the whole batch.
                let answer = self
                    .exchange(subject, headers, payload.clone(), SERVER)
                    .await
                    .map_err(NotStored::Failed)?;
                if !answer.payload.is_empty() {
                    return api::stored(&answer.payload);
                }
            } else {
                self.client()
                    .publish_with_headers(subject.clone(), headers, payload.clone())
                    .await
                    .map_err(|error| NotStored::Failed(Failure::Other(error.to_string())))?;
            }
        }
        let mut last = numbered(last, &batch, messages.len());
        headers::put(&mut last, "Nats-Batch-Commit", "1");
        self.store(subject, last, payload.clone()).await
    }
}

fn numbered(headers: &HeaderMap, batch: &str, number: usize) -> HeaderMap {
    let mut headers = headers.clone();
    headers::put(&mut headers, "Nats-Batch-Id", batch);
    headers::put(&mut headers, "Nats-Batch-Sequence", &number.to_string());
    headers
}
