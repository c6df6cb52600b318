//! How far a run is, for those who watch.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use azdo::Client;
use wire::proto::control::v1;

/// Counters of one run; written by the run, read by its heartbeat.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    records: AtomicU64,
    pages: AtomicU64,
    stream_is_full: Mutex<bool>,
    client: Mutex<Option<Client>>,
}

impl Progress {
    /// Requests are counted by this client.
    pub(crate) fn follow(&self, client: Client) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = Some(client);
    }

    /// A page was stored by the page stream.
    pub(crate) fn published(&self, records: usize) {
        self.records.fetch_add(records as u64, Relaxed);
        self.pages.fetch_add(1, Relaxed);
    }

    /// Whether the page stream refuses pages because the writer is behind.
    pub(crate) fn stream_is_full(&self, full: bool) {
        *self
            .stream_is_full
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = full;
    }

    /// Requests made so far.
    pub(crate) fn requests(&self) -> u64 {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        client.as_ref().map_or(0, Client::requests)
    }

    /// The message that tells it.
    pub(crate) fn message(&self, job: &v1::Job) -> v1::Progress {
        let (waiting_for, waiting_ms) = self.waiting();
        v1::Progress {
            feed_id: job.feed_id.clone(),
            epoch: job.epoch,
            entity: job.entity.clone(),
            scope: job.scope.clone(),
            records: self.records.load(Relaxed),
            pages: self.pages.load(Relaxed),
            requests: self.requests(),
            waiting_for: waiting_for.to_owned(),
            waiting_ms,
        }
    }

    fn waiting(&self) -> (&'static str, u64) {
        if *self
            .stream_is_full
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
        {
            return ("page_stream", 0);
        }
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(client) = client.as_ref() else {
            return ("", 0);
        };
        let left = |until: tokio::time::Instant| {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            u64::try_from(left.as_millis()).unwrap_or(u64::MAX)
        };
        match *client.waiting().borrow() {
            azdo::Waiting::No => ("azure_devops", 0),
            azdo::Waiting::Pace => ("pace", 0),
            azdo::Waiting::RetryAfter { until } => ("retry_after", left(until)),
            azdo::Waiting::Backoff { until, .. } => ("backoff", left(until)),
        }
    }
}
