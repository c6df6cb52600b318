//! The connection of one service.

use crate::{Error, Options};

/// The connection of one service to NATS. Clones share it.
#[derive(Debug, Clone)]
pub struct Bus {}

impl Bus {
    /// Connects as `service`, whose name is in its inbox prefix (`_INBOX_<service>`). Reconnects for ever after that.
    pub async fn connect(service: &str, options: &Options) -> Result<Self, Error> {
        let _ = (service, options);
        unimplemented!()
    }

    /// The service that this connection belongs to.
    pub fn service(&self) -> &str {
        unimplemented!()
    }

    /// Whether there is a connection now: for readiness.
    pub fn is_connected(&self) -> bool {
        unimplemented!()
    }

    /// Waits until all that was published has been sent, then closes the connection.
    pub async fn close(&self) -> Result<(), Error> {
        unimplemented!()
    }
}
