//! Every metric of Adit, with its name, unit and labels, in one place.
//!
//! Labels are bounded by their types: names known at compile time and small enums. Never an organization, a project or an id.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowOutcome {
    /// It was not there before.
    Created,
    /// It was there and differed.
    Updated,
    /// It was there and equal, or newer.
    Unchanged,
    /// It could not be stored and is in the dead letters.
    Dead,
    /// A sweep proved that it is gone.
    Deleted,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunOutcome {
    /// All that was asked for is in the database.
    Complete,
    /// Some of it is missing, for a stated reason.
    Partial,
    /// It ended without its last page.
    Failed,
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobOutcome {
    /// The scheduler ordered it.
    Ordered,
    /// A fetcher did all of it.
    Done,
    /// A fetcher gave it back for later.
    Delayed,
    /// It can never be done.
    Refused,
}

/// The instruments. Get them by [`metrics`].
#[derive(Debug)]
pub struct Metrics {
    requests: Histogram<f64>,
    pace_wait: Histogram<f64>,
    pages_published: Counter<u64>,
    pages_committed: Counter<u64>,
    rows: Counter<u64>,
    lag: Gauge<f64>,
    run_duration: Histogram<f64>,
    jobs: Counter<u64>,
}

/// Adit's meter, for what a single crate measures on its own.
pub fn meter() -> Meter {
    opentelemetry::global::meter("adit")
}

/// The instruments of this process. Before `init` they lead nowhere and stay so: start telemetry first.
pub fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| Metrics::new(&meter()))
}

impl Metrics {
    /// The same instruments on a meter of a test.
    pub fn new(meter: &Meter) -> Self {
        let seconds = |name: &'static str, description: &'static str, boundaries: &[f64]| {
            let instrument = meter
                .f64_histogram(name)
                .with_unit("s")
                .with_description(description);
            instrument.with_boundaries(boundaries.to_vec()).build()
        };
        let count = |name: &'static str, unit: &'static str, description: &'static str| {
            meter
                .u64_counter(name)
                .with_unit(unit)
                .with_description(description)
                .build()
        };
        Self {
            requests: seconds(
                "adit.request.duration",
                "Requests to Azure DevOps by endpoint and status",
                &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 100.0],
            ),
            pace_wait: seconds(
                "adit.pace.wait",
                "How long a request waited for its permit",
                &[0.001, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0],
            ),
            pages_published: count(
                "adit.pages.published",
                "{page}",
                "Pages stored in the page stream",
            ),
            pages_committed: count(
                "adit.pages.committed",
                "{page}",
                "Pages committed to the database",
            ),
            rows: count(
                "adit.rows",
                "{row}",
                "Rows by entity and what became of them",
            ),
            lag: meter
                .f64_gauge("adit.lag")
                .with_unit("s")
                .with_description(
                    "From the moment Azure DevOps answered to the commit, of the last page",
                )
                .build(),
            run_duration: seconds(
                "adit.run.duration",
                "From the order of a run to its end",
                &[0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0],
            ),
            jobs: count(
                "adit.jobs",
                "{job}",
                "Jobs by domain and what became of them",
            ),
        }
    }

    /// One answer of Azure DevOps, or none (`status` absent).
    pub fn request(&self, endpoint: &'static str, status: Option<u16>, took: Duration) {
        let labels = [
            KeyValue::new("endpoint", endpoint),
            KeyValue::new("status", status_label(status)),
        ];
        self.requests.record(took.as_secs_f64(), &labels);
    }

    /// A request waited this long for its permit.
    pub fn pace_wait(&self, domain: &'static str, waited: Duration) {
        self.pace_wait
            .record(waited.as_secs_f64(), &[KeyValue::new("domain", domain)]);
    }

    /// Pages are stored in the page stream.
    pub fn pages_published(&self, entity: &'static str, pages: u64) {
        self.pages_published
            .add(pages, &[KeyValue::new("entity", entity)]);
    }

    /// Pages are committed to the database.
    pub fn pages_committed(&self, entity: &'static str, pages: u64) {
        self.pages_committed
            .add(pages, &[KeyValue::new("entity", entity)]);
    }

    /// Rows of one entity had one fate.
    pub fn rows(&self, entity: &'static str, outcome: RowOutcome, rows: u64) {
        if rows == 0 {
            return;
        }
        let outcome = match outcome {
            RowOutcome::Created => "created",
            RowOutcome::Updated => "updated",
            RowOutcome::Unchanged => "unchanged",
            RowOutcome::Dead => "dead",
            RowOutcome::Deleted => "deleted",
        };
        self.rows.add(
            rows,
            &[
                KeyValue::new("entity", entity),
                KeyValue::new("outcome", outcome),
            ],
        );
    }

    /// How old the newest committed page of an entity was when it was committed.
    pub fn lag(&self, entity: &'static str, lag: Duration) {
        self.lag
            .record(lag.as_secs_f64(), &[KeyValue::new("entity", entity)]);
    }

    /// A run ended.
    pub fn run(&self, entity: &'static str, outcome: RunOutcome, took: Duration) {
        let outcome = match outcome {
            RunOutcome::Complete => "complete",
            RunOutcome::Partial => "partial",
            RunOutcome::Failed => "failed",
        };
        let labels = [
            KeyValue::new("entity", entity),
            KeyValue::new("outcome", outcome),
        ];
        self.run_duration.record(took.as_secs_f64(), &labels);
    }

    /// A job was ordered, or ended.
    pub fn job(&self, domain: &'static str, outcome: JobOutcome) {
        let outcome = match outcome {
            JobOutcome::Ordered => "ordered",
            JobOutcome::Done => "done",
            JobOutcome::Delayed => "delayed",
            JobOutcome::Refused => "refused",
        };
        self.jobs.add(
            1,
            &[
                KeyValue::new("domain", domain),
                KeyValue::new("outcome", outcome),
            ],
        );
    }
}

/// A server could answer with any number; only those of HTTP become a label.
fn status_label(status: Option<u16>) -> String {
    match status {
        None => "none".to_owned(),
        Some(status @ 100..=599) => status.to_string(),
        Some(_) => "other".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_outside_of_http_is_no_label_of_its_own() {
        assert_eq!(status_label(None), "none");
        assert_eq!(status_label(Some(203)), "203");
        assert_eq!(status_label(Some(999)), "other");
    }
}
