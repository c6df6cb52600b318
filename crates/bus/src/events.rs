//! Events: told once to whoever listens, kept nowhere.

use futures::stream::BoxStream;
use prost::Message;

use crate::{Bus, Error};

impl Bus {
    /// Tells an event. Nobody may depend on its arrival.
    pub async fn publish_event<M: Message>(&self, subject: &str, event: &M) -> Result<(), Error> {
        let _ = (subject, event);
        unimplemented!()
    }

    /// Listens to events; with a group, each event goes to one member of it.
    pub async fn subscribe<M: Message + Default + 'static>(
        &self,
        subject: &str,
        group: Option<&str>,
    ) -> Result<BoxStream<'static, Result<M, Error>>, Error> {
        let _ = (subject, group);
        unimplemented!()
    }
}
