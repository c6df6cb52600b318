//! A private nats-server for each test.

use std::path::Path;
use std::time::Duration;

use bus::{Bus, Options};
use local::{Nats, NatsOptions, Tools};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use wire::proto::control::v1::{Job, Scope};
use wire::{Content, Envelope};

/// What must happen happens within this time.
pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) struct House {
    pub(crate) nats: Nats,
    keeper: TaskTracker,
    stop: CancellationToken,
    _stop: DropGuard,
    _directory: TempDir,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(NatsOptions::default()).await
    }

    pub(crate) async fn with(options: NatsOptions) -> Self {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
        let directory = tempfile::tempdir().unwrap();
        let nats = Nats::start(&Tools::new(tools), directory.path(), options)
            .await
            .unwrap();
        let stop = CancellationToken::new();
        Self {
            nats,
            keeper: TaskTracker::new(),
            _stop: stop.clone().drop_guard(),
            stop,
            _directory: directory,
        }
    }

    /// Has auth keep the streams.
    pub(crate) async fn keep(&self, options: &Options) {
        let auth = Bus::connect("auth", options).await.unwrap();
        let stop = self.stop.clone();
        self.keeper.spawn(async move {
            auth.keep_streams(stop.cancelled()).await.unwrap();
        });
    }

    pub(crate) async fn bus(&self, service: &str) -> Bus {
        Bus::connect(service, &self.options()).await.unwrap()
    }

    /// Connected, and everything provisioned, by an auth that goes on doing so.
    pub(crate) async fn provisioned(&self, service: &str) -> Bus {
        if self.keeper.is_empty() {
            self.keep(&self.options()).await;
        }
        let bus = self.bus(service).await;
        bus.provision().await.unwrap();
        bus
    }

    pub(crate) fn options(&self) -> Options {
        Options::new(self.nats.url())
    }
}

pub(crate) async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, wait)
        .await
        .expect("it should have happened by now")
}

pub(crate) fn job(feed: u128, epoch: u64) -> Job {
    Job {
        feed_id: Uuid::from_u128(feed).to_string(),
        epoch,
        entity: "builds".to_owned(),
        scope: Some(Scope::default()),
        ..Job::default()
    }
}

pub(crate) fn envelope(page: i64) -> Envelope {
    Envelope {
        connection: Uuid::from_u128(1),
        feed: Uuid::from_u128(2),
        epoch: 1,
        page,
        entity: wire::entity("builds").unwrap(),
        organization: Uuid::from_u128(3),
        project: Some(Uuid::from_u128(4)),
        repository: None,
        content: Content::Records,
        observed_at: "2026-11-23T06:40:00Z".parse().unwrap(),
        cursor: None,
        gaps: None,
        outcome: None,
    }
}
