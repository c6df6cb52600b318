//! The connection of one service.

use std::sync::Arc;

use async_nats::Client;
use async_nats::connection::State;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::connection::{self, Signs};
use crate::{Error, Options, Streams};

/// The connection of one service to NATS. Clones share it.
#[derive(Debug, Clone)]
pub struct Bus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: String,
    client: Client,
    signs: Arc<Signs>,
    streams: Streams,
    /// When the streams were last made what they must be: one of many waiters does it for all.
    provisioned: Mutex<Option<Instant>>,
}

impl Bus {
    /// Connects as `service`, whose name is in its inbox prefix (`_INBOX_<service>`). Reconnects for ever after that.
    pub async fn connect(service: &str, options: &Options) -> Result<Self, Error> {
        let signs = Arc::new(Signs::new());
        let client = connection::connect(service, options, &signs).await?;
        Ok(Self(Arc::new(Inner {
            service: service.to_owned(),
            client,
            signs,
            streams: options.streams.clone(),
            provisioned: Mutex::new(None),
        })))
    }

    /// The service that this connection belongs to.
    pub fn service(&self) -> &str {
        &self.0.service
    }

    /// Whether there is a connection now: for readiness.
    pub fn is_connected(&self) -> bool {
        self.0.client.connection_state() == State::Connected
    }

    /// Waits until all that was published has been sent, then closes the connection.
    pub async fn close(&self) -> Result<(), Error> {
        self.flush("closing the connection").await?;
        self.client().drain().await.map_err(|error| Error::Nats {
            doing: "closing the connection".to_owned(),
            reason: error.to_string(),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    pub(crate) fn signs(&self) -> &Signs {
        &self.0.signs
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    pub(crate) fn provisioned(&self) -> &Mutex<Option<Instant>> {
        &self.0.provisioned
    }
}
