//! A connection, its organization and its feeds, and the pages that fetchers would send.

use prost::Message;
use sqlx::{Row as _, postgres::PgRow};
use store::{PageIn, PageResult};
use uuid::Uuid;
use wire::{
    Content, Entity, Envelope, Page as _, Record,
    proto::control::v1::{
        Completeness, Deletions, GapOutcome, GapOutcomes, GapState, Outcome, Unreadable,
        Unreadables,
    },
};

use crate::server::Database;

/// When the first run of all reads.
pub(crate) const NOON: &str = "2026-11-23T12:00:00Z";
/// Later.
pub(crate) const ONE: &str = "2026-11-23T13:00:00Z";
/// Later still.
pub(crate) const TWO: &str = "2026-11-23T14:00:00Z";

/// A connection to one organization.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) connection: Uuid,
    pub(crate) organization: Uuid,
    pub(crate) project: Uuid,
    pub(crate) repository: Uuid,
}

/// A feed, at the run that it was ordered for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed {
    pub(crate) id: Uuid,
    pub(crate) epoch: i64,
    connection: Uuid,
    organization: Uuid,
    project: Option<Uuid>,
    repository: Option<Uuid>,
    entity: &'static Entity,
}

/// A page as the page stream carries it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) envelope: Envelope,
    pub(crate) payload: Vec<u8>,
    pub(crate) delivered: u64,
}

impl World {
    pub(crate) async fn new() -> Self {
        let world = Self {
            database: Database::new().await,
            connection: Uuid::from_u128(1),
            organization: Uuid::from_u128(2),
            project: Uuid::from_u128(3),
            repository: Uuid::from_u128(4),
        };
        world.connect(world.connection).await;
        world
    }

    pub(crate) async fn connect(&self, connection: Uuid) {
        sqlx::query(
            "INSERT INTO auth.connections (id, name, credential) VALUES ($1, $2, '{\"kind\": \"personal_access_token\"}')",
        )
        .bind(connection)
        .bind(connection.to_string())
        .execute(&self.database.pool)
        .await
        .unwrap();
    }

    /// A feed of an entity over the whole of its kind of scope, with a run under way.
    pub(crate) async fn feed<R: Record>(&self) -> Feed {
        self.feed_of::<R>(self.connection, self.project, self.repository)
            .await
    }

    pub(crate) async fn feed_of<R: Record>(
        &self,
        connection: Uuid,
        project: Uuid,
        repository: Uuid,
    ) -> Feed {
        self.feed_of_entity(R::ENTITY, connection, project, repository)
            .await
    }

    pub(crate) async fn feed_of_entity(
        &self,
        entity: &'static Entity,
        connection: Uuid,
        project: Uuid,
        repository: Uuid,
    ) -> Feed {
        let (project, repository) = match entity.scope {
            wire::ScopeKind::Organization => (None, None),
            wire::ScopeKind::Project => (Some(project), None),
            wire::ScopeKind::Repository => (Some(project), Some(repository)),
        };
        let feed = Feed {
            id: wire::feed_id(connection, self.organization, entity, project, repository),
            epoch: 0,
            connection,
            organization: self.organization,
            project,
            repository,
            entity,
        };
        sqlx::query(
            "INSERT INTO sync.feeds (id, connection_id, organization_id, project_id, repository_id, domain, entity)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(feed.id)
        .bind(connection)
        .bind(self.organization)
        .bind(project)
        .bind(repository)
        .bind(entity.domain.name())
        .bind(entity.name)
        .execute(&self.database.pool)
        .await
        .unwrap();
        self.order(feed).await
    }

    /// Orders the next run of a feed, whatever became of the last.
    pub(crate) async fn order(&self, feed: Feed) -> Feed {
        let epoch = feed.epoch + 1;
        sqlx::query(
            "WITH feed AS (
                 UPDATE sync.feeds SET epoch = $2, running = true, contiguous_page = 0, ordered_at = now()
                 WHERE id = $1
             )
             INSERT INTO sync.runs (feed_id, epoch, priority) VALUES ($1, $2, 'fresh')",
        )
        .bind(feed.id)
        .bind(epoch)
        .execute(&self.database.pool)
        .await
        .unwrap();
        Feed { epoch, ..feed }
    }

    pub(crate) async fn commit(&self, pages: &[&Sent]) -> Vec<PageResult> {
        let pages: Vec<_> = pages.iter().map(|page| page.page_in()).collect();
        self.database.store.commit(&pages).await.unwrap()
    }

    pub(crate) async fn commit_one(&self, page: &Sent) -> PageResult {
        self.commit(&[page]).await.remove(0)
    }

    pub(crate) async fn row(&self, sql: &'static str) -> PgRow {
        sqlx::query(sql)
            .fetch_one(&self.database.pool)
            .await
            .unwrap()
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.row(sql).await.get(0)
    }

    pub(crate) async fn text(&self, sql: &'static str) -> Option<String> {
        self.row(sql).await.get(0)
    }

    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        sqlx::query_scalar(sql)
            .fetch_all(&self.database.pool)
            .await
            .unwrap()
    }
}

impl Feed {
    /// A page of records.
    pub(crate) fn page<R: Record>(&self, page: i64, records: Vec<R>) -> Sent {
        assert_eq!(R::ENTITY, self.entity);
        self.sent(page, Content::Records, R::Page::of(records).encode_to_vec())
    }

    /// A page of keys that are gone.
    pub(crate) fn deletions(&self, page: i64, keys: &[String]) -> Sent {
        let keys = keys.to_vec();
        self.sent(page, Content::Deletions, Deletions { keys }.encode_to_vec())
    }

    /// A page of what could not be read.
    pub(crate) fn unreadables(&self, page: i64, parts: &[(&str, &[u8])]) -> Sent {
        let records = parts
            .iter()
            .map(|(reason, raw)| Unreadable {
                reason: (*reason).to_owned(),
                raw: raw.to_vec(),
            })
            .collect();
        self.sent(
            page,
            Content::Unreadables,
            Unreadables { records }.encode_to_vec(),
        )
    }

    /// A page of any bytes.
    pub(crate) fn sent(&self, page: i64, content: Content, payload: Vec<u8>) -> Sent {
        let envelope = Envelope {
            connection: self.connection,
            feed: self.id,
            epoch: self.epoch,
            page,
            entity: self.entity,
            organization: self.organization,
            project: self.project,
            repository: self.repository,
            content,
            observed_at: NOON.parse().unwrap(),
            cursor: None,
            gaps: None,
            outcome: None,
        };
        Sent {
            envelope,
            payload,
            delivered: 1,
        }
    }
}

impl Sent {
    pub(crate) fn page_in(&self) -> PageIn<'_> {
        PageIn {
            envelope: &self.envelope,
            payload: &self.payload,
            defect: None,
            delivered: self.delivered,
        }
    }

    pub(crate) fn at(mut self, observed_at: &str) -> Self {
        self.envelope.observed_at = observed_at.parse().unwrap();
        self
    }

    pub(crate) fn cursor(mut self, cursor: &str) -> Self {
        self.envelope.cursor = Some(cursor.as_bytes().to_vec());
        self
    }

    pub(crate) fn ends(mut self, completeness: Completeness) -> Self {
        self.envelope.outcome = Some(Outcome {
            completeness: completeness.into(),
            reason: match completeness {
                Completeness::Complete => String::new(),
                _ => "because".to_owned(),
            },
            requests: 7,
            elapsed_ms: 1_500,
            ..Outcome::default()
        });
        self
    }

    /// Says that the page is its run's last, and that all was read.
    pub(crate) fn last(self) -> Self {
        self.ends(Completeness::Complete)
    }

    pub(crate) fn answers(mut self, gaps: &[(&str, &str, GapState)]) -> Self {
        let outcomes = gaps.iter().map(|(key, version, state)| GapOutcome {
            key: (*key).to_owned(),
            version: (*version).to_owned(),
            state: (*state).into(),
            reason: match state {
                GapState::Refused => "throttled".to_owned(),
                _ => String::new(),
            },
        });
        self.envelope.gaps = Some(GapOutcomes {
            outcomes: outcomes.collect(),
        });
        self
    }

    pub(crate) fn again(&self) -> Self {
        Self {
            delivered: self.delivered + 1,
            ..self.clone()
        }
    }
}
