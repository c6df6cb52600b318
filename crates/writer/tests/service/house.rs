//! A NATS, a PostgreSQL and a writer, for each test.

use std::{path::Path, time::Duration};

use bus::Bus;
use chassis::Lifecycle;
use clap::Parser;
use local::{Nats, NatsOptions, Postgres, PostgresOptions, Tools};
use prost::Message;
use store::Store;
use tempfile::TempDir;
use uuid::Uuid;
use wire::{
    Content, Envelope, Page as _, Record as _,
    proto::{
        control::v1::{Completeness, Outcome},
        pipelines::v1::{Build, Builds},
    },
};

/// What must happen happens within this time.
const SOON: Duration = Duration::from_secs(30);
const CONNECTION: Uuid = Uuid::from_u128(1);
const ORGANIZATION: Uuid = Uuid::from_u128(2);
pub(crate) const PROJECT: Uuid = Uuid::from_u128(3);

pub(crate) struct House {
    pub(crate) postgres: Postgres,
    pub(crate) bus: Bus,
    pub(crate) lifecycle: Lifecycle,
    _nats: Nats,
    _directory: TempDir,
}

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    writer: writer::Options,
}

impl House {
    /// Starts the servers and a writer.
    pub(crate) async fn new() -> Self {
        let tools = Tools::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools"));
        let directory = tempfile::tempdir().unwrap();
        let nats = Nats::start(
            &tools,
            &directory.path().join("nats"),
            NatsOptions::default(),
        )
        .await
        .unwrap();
        let options = PostgresOptions {
            fast: true,
            ..PostgresOptions::default()
        };
        let postgres = Postgres::start(&tools, &directory.path().join("postgres"), options)
            .await
            .unwrap();
        let store = Store::connect(&postgres.url("postgres"), "writer", 3)
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let options = bus::Options::new(nats.url());
        let auth = Bus::connect("auth", &options).await.unwrap();
        auth.provision().await.unwrap();
        let bus = Bus::connect("writer", &options).await.unwrap();
        let lifecycle = Lifecycle::new("writer");
        let house = Self {
            postgres,
            bus,
            lifecycle,
            _nats: nats,
            _directory: directory,
        };
        house.feed().await;
        let flags = Flags::try_parse_from(["writer"]).unwrap();
        writer::run(&flags.writer, &house.bus, &store, &house.lifecycle);
        house
    }

    /// A feed of builds with a run under way.
    async fn feed(&self) {
        let feed = feed();
        self.sql(&format!(
            "INSERT INTO auth.connections (id, name, credential) VALUES ('{CONNECTION}', 'c', '{{\"kind\": \"personal_access_token\"}}');
             INSERT INTO sync.feeds (id, connection_id, organization_id, project_id, domain, entity, epoch, running)
             VALUES ('{feed}', '{CONNECTION}', '{ORGANIZATION}', '{PROJECT}', 'pipelines', 'builds', 1, true);
             INSERT INTO sync.runs (feed_id, epoch, priority) VALUES ('{feed}', 1, 'fresh')"
        ))
        .await;
    }

    pub(crate) async fn sql(&self, sql: &str) -> String {
        let lines = self.postgres.sql("postgres", sql).await.unwrap();
        lines.trim().to_owned()
    }

    pub(crate) async fn publish(&self, envelope: &Envelope, payload: Vec<u8>) {
        self.bus
            .publish_page(envelope, Some(PROJECT), payload)
            .await
            .unwrap();
    }

    /// Waits until a statement gives a line.
    pub(crate) async fn until(&self, sql: &str, expected: &str) {
        let mut found = String::new();
        let wait = async {
            while found != expected {
                found = self.sql(sql).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(SOON, wait).await;
        assert!(
            waited.is_ok(),
            "{sql} gives `{found}` instead of `{expected}`"
        );
    }
}

pub(crate) async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, wait)
        .await
        .expect("it should have happened by now")
}

pub(crate) fn feed() -> Uuid {
    wire::feed_id(CONNECTION, ORGANIZATION, Build::ENTITY, Some(PROJECT), None)
}

pub(crate) fn envelope(page: i64) -> Envelope {
    Envelope {
        connection: CONNECTION,
        feed: feed(),
        epoch: 1,
        page,
        entity: Build::ENTITY,
        organization: ORGANIZATION,
        project: Some(PROJECT),
        repository: None,
        content: Content::Records,
        observed_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        cursor: Some(page.to_string().into_bytes()),
        gaps: None,
        outcome: None,
    }
}

/// The envelope of the run's last page.
pub(crate) fn last(page: i64) -> Envelope {
    Envelope {
        outcome: Some(Outcome {
            completeness: Completeness::Complete.into(),
            requests: 5,
            ..Outcome::default()
        }),
        ..envelope(page)
    }
}

pub(crate) fn build(id: i64) -> Build {
    Build {
        id,
        project_id: PROJECT.to_string(),
        status: "completed".to_owned(),
        ..Build::default()
    }
}

pub(crate) fn builds(ids: &[i64]) -> Vec<u8> {
    Builds::of(ids.iter().copied().map(build).collect()).encode_to_vec()
}
