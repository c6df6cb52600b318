//! The way to one organization, for one credential.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use crate::answer::{Answer, Unparsed};
use crate::credential::Credential;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::hosts::Hosts;
use crate::http::Http;
use crate::json::{Item, single};
use crate::organization::OrganizationName;
use crate::pace::Pace;
use crate::request::Request;
use crate::waiting::Waiting;

/// Asks one organization. Cheap to clone; clones count and wait together.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) exchange: Arc<Exchange>,
    organization: OrganizationName,
}

impl Client {
    /// One per run: each has a session id of its own.
    pub fn new(
        http: &Http,
        hosts: &Hosts,
        organization: OrganizationName,
        credential: Arc<dyn Credential>,
        pace: Arc<dyn Pace>,
    ) -> Self {
        let exchange = Exchange::new(
            http.clone(),
            hosts.clone(),
            Some(organization.clone()),
            credential,
            pace,
        );
        Self {
            exchange: Arc::new(exchange),
            organization,
        }
    }

    /// Whom it asks.
    pub fn organization(&self) -> &OrganizationName {
        &self.organization
    }

    /// How many requests were sent, repetitions and those of git included.
    pub fn requests(&self) -> u64 {
        self.exchange.requests()
    }

    /// When the service last answered, by its own clock; `None` before the first answer.
    pub fn observed_at(&self) -> Option<Timestamp> {
        self.exchange.observed_at()
    }

    /// What it waits for.
    pub fn waiting(&self) -> watch::Receiver<Waiting> {
        self.exchange.board.watch()
    }

    /// The `X-TFS-Session` of its requests.
    pub fn session(&self) -> Uuid {
        self.exchange.session
    }

    pub(crate) async fn read<R>(
        &self,
        request: &Request,
        parse: impl Fn(&Answer) -> Result<R, Unparsed> + Send + Sync,
    ) -> Result<(R, Answer), Error> {
        self.exchange.read(request, parse).await
    }

    /// Reads one object that must be there.
    pub(crate) async fn one<T: Item + Send>(&self, request: &Request) -> Result<T, Error> {
        let (item, _) = self.read(request, single).await?;
        Ok(item)
    }

    /// Reads one object that may be absent: 404 and 410 are `None`.
    pub(crate) async fn find<T: Item + Send>(&self, request: &Request) -> Result<Option<T>, Error> {
        absent(self.one(request).await)
    }
}

/// "Not there" is an answer.
pub(crate) fn absent<T>(read: Result<T, Error>) -> Result<Option<T>, Error> {
    match read {
        Ok(item) => Ok(Some(item)),
        Err(Error::NotFound(_) | Error::Gone(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
