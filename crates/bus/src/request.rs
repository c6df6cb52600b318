//! Asks another service.

use std::time::Duration;

use prost::Message;

use crate::{Bus, Error};

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
        let _ = (subject, request, timeout);
        unimplemented!()
    }
}
