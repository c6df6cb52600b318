//! Changed records: the public face.

use async_nats::HeaderMap;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::batch::{self, Message};
use crate::{Bus, PublishError, headers};

/// Publishes in flight where batches are refused.
const SINGLES: usize = 64;

/// A record that was really created, updated or deleted.
#[derive(Debug, Clone)]
pub struct ChangedRecord {
    /// Where: `wire::subject::record`.
    pub subject: String,
    /// What the headers say. The trace context is added.
    pub headers: Vec<(&'static str, String)>,
    /// The record.
    pub payload: Vec<u8>,
}

impl Bus {
    /// Stores changed records in order, in batches that are stored whole or not at all. After an error, publish all of
    /// them again: subscribers know a record by its key and hash.
    pub async fn publish_records(&self, records: Vec<ChangedRecord>) -> Result<(), PublishError> {
        let traced = headers::traced();
        let messages: Vec<Message> = records
            .into_iter()
            .map(|record| record.into_message(traced.clone()))
            .collect();
        for messages in messages.chunks(batch::MOST) {
            if let [(subject, headers, payload)] = messages {
                self.store_surely(subject, headers.clone(), payload.clone())
                    .await?;
                continue;
            }
            if let Err(refused) = self.publish_batch(messages).await? {
                tracing::warn!(
                    "NATS refuses an atomic batch of {} records, publishing them one by one, which is slow: {refused}",
                    messages.len()
                );
                self.publish_singly(messages).await?;
            }
        }
        Ok(())
    }

    async fn publish_singly(&self, messages: &[Message]) -> Result<(), PublishError> {
        // Boxed and gathered: a closure over borrowed messages would not be seen to be sendable.
        let stores: Vec<BoxFuture<'_, Result<(), PublishError>>> = messages
            .iter()
            .map(|message| self.store_one(message))
            .collect();
        stream::iter(stores).buffered(SINGLES).try_collect().await
    }

    fn store_one<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), PublishError>> {
        let (subject, headers, payload) = message;
        Box::pin(async move {
            self.store_surely(subject, headers.clone(), payload.clone())
                .await
                .map(drop)
        })
    }
}

impl ChangedRecord {
    fn into_message(self, mut headers: HeaderMap) -> Message {
        for (name, value) in &self.headers {
            headers::put(&mut headers, name, value);
        }
        (self.subject, headers, Bytes::from(self.payload))
    }
}
