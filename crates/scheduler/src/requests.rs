//! Answers those who order a sync or look at it.

use std::{str::FromStr as _, sync::Arc};

use bus::Bus;
use chassis::{Condition, Lifecycle};
use store::{
    Store,
    feeds::{StartFilter, Started},
};
use wire::{
    Domain,
    proto::control::v1::{StartSyncReply, StartSyncRequest, SyncStatusReply, SyncStatusRequest},
    subject,
};

use crate::{decisions::Wake, measure::GROUP, status::StatusDesk};

/// Why a request cannot be granted.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("there is no connection `{0}`: see `adit connection list`")]
    UnknownConnection(String),
    #[error(transparent)]
    UnknownDomain(#[from] wire::UnknownDomain),
    #[error("there is no entity `{0}`: see `adit sync status`")]
    UnknownEntity(String),
    #[error("the database does not answer; try again")]
    Store(#[from] store::Error),
}

/// Serves requests to start a sync. Whoever waits for the scheduler to be ready is answered.
pub(crate) async fn serve_start(
    bus: Bus,
    store: Store,
    wake: Wake,
    heard: Condition,
    lifecycle: Lifecycle,
) -> anyhow::Result<()> {
    let handler = |request: StartSyncRequest| async {
        let reply = match start(&store, request).await {
            Ok(feeds) => StartSyncReply {
                feeds,
                error: String::new(),
            },
            Err(refusal) => StartSyncReply {
                feeds: 0,
                error: told(&refusal),
            },
        };
        wake.up();
        reply
    };
    let requests = bus.requests(subject::SYNC_START, GROUP).await?;
    heard.met();
    let stop = lifecycle.soft.cancelled();
    Ok(requests.serve(handler, stop).await?)
}

/// Serves requests for the status; in time, as those to start.
pub(crate) async fn serve_status(
    bus: Bus,
    desk: Arc<StatusDesk>,
    heard: Condition,
    lifecycle: Lifecycle,
) -> anyhow::Result<()> {
    let handler = |request: SyncStatusRequest| async {
        status(&desk, request)
            .await
            .unwrap_or_else(|refusal| SyncStatusReply {
                error: told(&refusal),
                ..SyncStatusReply::default()
            })
    };
    let requests = bus.requests(subject::SYNC_STATUS, GROUP).await?;
    heard.met();
    let stop = lifecycle.soft.cancelled();
    Ok(requests.serve(handler, stop).await?)
}

async fn start(store: &Store, request: StartSyncRequest) -> Result<u64, Refusal> {
    let filter = StartFilter {
        domain: given(&request.domain).map(Domain::from_str).transpose()?,
        entity: given(&request.entity)
            .map(|name| wire::entity(name).ok_or_else(|| Refusal::UnknownEntity(name.to_owned())))
            .transpose()?,
        connection: request.connection,
    };
    match store.feed_request(&filter).await? {
        Started::Feeds(feeds) => Ok(feeds),
        Started::UnknownConnection => Err(Refusal::UnknownConnection(filter.connection)),
    }
}

async fn status(desk: &StatusDesk, request: SyncStatusRequest) -> Result<SyncStatusReply, Refusal> {
    let connections = desk.store.connection_find(&request.connection).await?;
    if connections.is_empty() && !request.connection.is_empty() {
        return Err(Refusal::UnknownConnection(request.connection));
    }
    Ok(desk.answer(connections).await?)
}

fn given(word: &str) -> Option<&str> {
    Some(word).filter(|word| !word.is_empty())
}

fn told(refusal: &Refusal) -> String {
    if let Refusal::Store(error) = refusal {
        tracing::warn!("a request was not answered: {error}");
    }
    refusal.to_string()
}
