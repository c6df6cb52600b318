//! The connection of one service.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use futures::StreamExt as _;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::connection::{self, Signs};
use crate::{Error, Options, Streams};

/// A server that is there answers a ping within this time.
const ROUND_TRIP: Duration = Duration::from_secs(2);

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
    patience: Duration,
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
            patience: options.patience,
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
        self.flush().await?;
        self.client().drain().await.map_err(|error| Error::Nats {
            doing: "closing the connection".to_owned(),
            reason: error.to_string(),
        })
    }

    /// Waits until all that was said has been written.
    pub(crate) async fn flush(&self) -> Result<(), Error> {
        self.client().flush().await.map_err(|error| Error::Nats {
            doing: "sending what was said".to_owned(),
            reason: error.to_string(),
        })
    }

    /// Waits until the server has read all that was said, or is lost with it. A drain ends with the answer to a ping; the
    /// client offers no other way to send one.
    pub(crate) async fn settle(&self) {
        let Ok(mut nothing) = self.client().subscribe(self.client().new_inbox()).await else {
            return;
        };
        if nothing.drain().await.is_ok() {
            let _ = tokio::time::timeout(ROUND_TRIP, nothing.next()).await;
        }
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

    /// How long to wait for others that start at the same time.
    pub(crate) fn patience(&self) -> Duration {
        self.0.patience
    }

    pub(crate) fn provisioned(&self) -> &Mutex<Option<Instant>> {
        &self.0.provisioned
    }
}
