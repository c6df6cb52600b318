//! Events: told once to whoever listens, kept nowhere.

use async_nats::Subscriber;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};
use prost::Message;

use crate::{Bus, Error, headers};

impl Bus {
    /// Tells an event. Nobody may depend on its arrival.
    pub async fn publish_event<M: Message>(&self, subject: &str, event: &M) -> Result<(), Error> {
        let payload = Bytes::from(event.encode_to_vec());
        let headers = headers::traced();
        let told = if headers.is_empty() {
            self.client().publish(subject.to_owned(), payload).await
        } else {
            self.client()
                .publish_with_headers(subject.to_owned(), headers, payload)
                .await
        };
        told.map_err(|error| Error::Nats {
            doing: format!("telling `{subject}`"),
            reason: error.to_string(),
        })
    }

    /// Listens to events; with a group, each event goes to one member of it. A subject that is denied ends it with an error.
    pub async fn subscribe<M: Message + Default + 'static>(
        &self,
        subject: &str,
        group: Option<&str>,
    ) -> Result<BoxStream<'static, Result<M, Error>>, Error> {
        let mut denials = self.signs().denials.listen();
        let messages = self.listen(subject, group).await?;
        let wanted = subject.to_owned();
        let denied = async move { Error::from(denials.of(&[&wanted]).await) };
        let denied = stream::once(denied).map(Err);
        let events = messages.map(|message| {
            M::decode(message.payload).map_err(|source| Error::Decode {
                subject: message.subject.into_string(),
                source,
            })
        });
        Ok(stream::select(events, denied).boxed())
    }

    pub(crate) async fn listen(
        &self,
        subject: &str,
        group: Option<&str>,
    ) -> Result<Subscriber, Error> {
        let subscriber = match group {
            Some(group) => {
                self.client()
                    .queue_subscribe(subject.to_owned(), group.to_owned())
                    .await
            }
            None => self.client().subscribe(subject.to_owned()).await,
        };
        let subscriber = subscriber.map_err(|error| Error::Nats {
            doing: format!("listening to `{subject}`"),
            reason: error.to_string(),
        })?;
        // What others say once this has returned is heard.
        self.settle().await;
        Ok(subscriber)
    }
}
