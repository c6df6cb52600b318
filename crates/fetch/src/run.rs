//! One job carried out: its pages are numbered here, and nowhere else do cursors move.

use std::{sync::Arc, time::Duration};

use bus::{Bus, PublishError};
use jiff::Timestamp;
use prost::Message;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use wire::{
    Content, Entity, Envelope, Page as _, Record,
    proto::control::v1::{Deletions, GapOutcomes, Job, Outcome, Unreadable, Unreadables},
};

use crate::{Scope, batch::Batch, ending, progress::Progress};

/// Pauses between two tries to store a page while the page stream is full.
const FULL_PAUSES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
];
/// Where a run ends whose pages somebody else has numbered: behind all of them, however many were committed.
const BEYOND: i64 = i64::MAX;
/// A part of an answer is kept up to so many bytes.
const RAW_MOST: usize = 256 << 10;

/// The run was dropped before its last page was stored; the scheduler finds out by its lease.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Dropped {
    /// The process ends at once.
    #[error("the process was told to stop at once")]
    Stopped,
    /// A record is larger than what NATS takes; the run's outcome says so.
    #[error("a page of {bytes} bytes is larger than the {most} that NATS takes")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// NATS did not take the page.
    #[error("a page could not be published")]
    Publish(#[source] PublishError),
}

/// One job carried out.
#[derive(Debug)]
pub(crate) struct Run {
    bus: Bus,
    connection: Uuid,
    feed: Uuid,
    epoch: i64,
    entity: &'static Entity,
    pub(crate) scope: Scope,
    page: i64,
    started: Instant,
    pub(crate) started_at: Timestamp,
    pub(crate) progress: Arc<Progress>,
    pub(crate) soft: CancellationToken,
    hard: CancellationToken,
}

/// A job that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("the job's {0} is invalid")]
pub(crate) struct BadJob(&'static str);

impl Run {
    /// The run that a job orders.
    pub(crate) fn of(
        job: &Job,
        entity: &'static Entity,
        bus: Bus,
        now: Timestamp,
        soft: CancellationToken,
        hard: CancellationToken,
    ) -> Result<Self, BadJob> {
        Ok(Self {
            bus,
            connection: job
                .connection_id
                .parse()
                .map_err(|_| BadJob("connection"))?,
            feed: job.feed_id.parse().map_err(|_| BadJob("feed"))?,
            epoch: job.epoch.try_into().map_err(|_| BadJob("epoch"))?,
            entity,
            scope: Scope::read(job.scope.as_ref()).map_err(|_| BadJob("scope"))?,
            page: 0,
            started: Instant::now(),
            started_at: now,
            progress: Arc::default(),
            soft,
            hard,
        })
    }

    /// Publishes a batch as the next page.
    pub(crate) async fn publish<R: Record>(&mut self, batch: Batch<R>) -> Result<(), Dropped> {
        self.publish_with(batch, None).await
    }

    /// Publishes the last page of the run.
    pub(crate) async fn end<R: Record>(
        &mut self,
        batch: Batch<R>,
        outcome: Outcome,
    ) -> Result<(), Dropped> {
        let outcome = self.signed(outcome);
        self.publish_with(batch, Some(outcome)).await
    }

    /// Ends a run that could not begin.
    pub(crate) async fn fail(&mut self, error: &azdo::Error) -> Result<(), Dropped> {
        let page = self.next_page();
        let mut envelope = self.envelope(page, Content::Deletions, self.started_at);
        envelope.outcome = Some(self.signed(ending::failed(error)));
        self.send(&envelope, Vec::new(), 0).await
    }

    /// Ends a run that another fetcher has begun.
    pub(crate) async fn interrupt(&mut self, outcome: Outcome) -> Result<(), Dropped> {
        let outcome = self.signed(outcome);
        let mut envelope = self.envelope(BEYOND, Content::Deletions, self.started_at);
        envelope.outcome = Some(outcome);
        self.send(&envelope, Vec::new(), 0).await
    }

    /// Publishes the keys of rows that are known to be gone.
    pub(crate) async fn delete(&mut self, keys: Vec<String>) -> Result<(), Dropped> {
        let page = self.next_page();
        let envelope = self.envelope(page, Content::Deletions, self.started_at);
        self.send(&envelope, Deletions { keys }.encode_to_vec(), 0)
            .await
    }

    /// Publishes parts of answers that could not be read.
    pub(crate) async fn unreadable(&mut self, parts: Vec<azdo::Unreadable>) -> Result<(), Dropped> {
        let records = parts
            .into_iter()
            .map(|part| {
                let mut raw = part.raw.into_bytes();
                raw.truncate(RAW_MOST);
                Unreadable {
                    reason: part.reason,
                    raw,
                }
            })
            .collect();
        let page = self.next_page();
        let envelope = self.envelope(page, Content::Unreadables, self.started_at);
        self.send(&envelope, Unreadables { records }.encode_to_vec(), 0)
            .await
    }

    async fn publish_with<R: Record>(
        &mut self,
        batch: Batch<R>,
        outcome: Option<Outcome>,
    ) -> Result<(), Dropped> {
        let page = self.next_page();
        let observed_at = batch.observed_at.unwrap_or(self.started_at);
        let mut envelope = self.envelope(page, Content::Records, observed_at);
        envelope.cursor = batch.cursor;
        envelope.gaps = (!batch.gaps.is_empty()).then_some(GapOutcomes {
            outcomes: batch.gaps,
        });
        envelope.outcome = outcome;
        let count = batch.records.len();
        let payload = R::Page::of(batch.records).encode_to_vec();
        match self.send(&envelope, payload, count).await {
            Err(Dropped::Publish(PublishError::TooLarge { bytes, most })) => {
                self.too_large(envelope, bytes, most).await
            }
            sent => sent,
        }
    }

    /// A page larger than NATS takes holds a record that is: the run ends here, before that record, and says so.
    async fn too_large(
        &self,
        envelope: Envelope,
        bytes: usize,
        most: usize,
    ) -> Result<(), Dropped> {
        let explanation = format!(
            "a page of {bytes} bytes is larger than the {most} that NATS takes: raise max_payload of nats-server"
        );
        let envelope = Envelope {
            content: Content::Deletions,
            cursor: None,
            gaps: None,
            outcome: Some(self.signed(ending::failed_because("page_too_large", explanation))),
            ..envelope
        };
        self.send(&envelope, Vec::new(), 0).await?;
        Err(Dropped::TooLarge { bytes, most })
    }

    fn next_page(&mut self) -> i64 {
        self.page += 1;
        self.page
    }

    fn envelope(&self, page: i64, content: Content, observed_at: Timestamp) -> Envelope {
        Envelope {
            connection: self.connection,
            feed: self.feed,
            epoch: self.epoch,
            page,
            entity: self.entity,
            organization: self.scope.organization,
            project: self.scope.project,
            repository: self.scope.repository,
            content,
            observed_at,
            cursor: None,
            gaps: None,
            outcome: None,
        }
    }

    fn signed(&self, outcome: Outcome) -> Outcome {
        Outcome {
            requests: self.progress.requests(),
            elapsed_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..outcome
        }
    }

    /// Stores a page in the page stream. While the stream is full, because the writer is behind, it holds the page
    /// and tries again: it is the only thing that keeps a fetcher from reading faster than the writer writes.
    async fn send(
        &self,
        envelope: &Envelope,
        payload: Vec<u8>,
        records: usize,
    ) -> Result<(), Dropped> {
        let mut pauses = FULL_PAUSES.iter().chain(std::iter::repeat(&FULL_PAUSES[3]));
        loop {
            let sent = self
                .bus
                .publish_page(envelope, self.scope.project, payload.clone())
                .await;
            match sent {
                Ok(()) => {
                    self.progress.stream_is_full(false);
                    self.progress.published(records);
                    telemetry::metrics().pages_published(self.entity.name, 1);
                    return Ok(());
                }
                Err(PublishError::Full(_)) => self.progress.stream_is_full(true),
                Err(PublishError::Other(error)) if is_temporary(&error) => {
                    tracing::debug!(error = %error, "a page was not stored; trying again");
                }
                Err(error) => return Err(Dropped::Publish(error)),
            }
            let pause = pauses.next().copied().unwrap_or_default();
            tokio::select! {
                () = self.hard.cancelled() => return Err(Dropped::Stopped),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

fn is_temporary(error: &bus::Error) -> bool {
    matches!(
        error,
        bus::Error::Nats { .. } | bus::Error::TimedOut { .. } | bus::Error::NotRunning { .. }
    )
}
