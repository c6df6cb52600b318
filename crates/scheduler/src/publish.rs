//! Carries out decisions: each job goes to NATS within a span of its own, where the trace of the run begins.

use bus::{Bus, PublishError};
use chassis::telemetry::{JobOutcome, metrics};
use store::{Store, feeds::PreparedJob};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{Order, Why};

/// Publishes jobs in the order of the plan, and writes down which are stored. The rest is published by a later decision.
pub(crate) async fn publish(
    bus: &Bus,
    store: &Store,
    jobs: Vec<(PreparedJob, Option<Order>)>,
) -> Result<(), store::Error> {
    let mut published: Vec<(Uuid, i64)> = Vec::with_capacity(jobs.len());
    for (job, order) in jobs {
        let why = order.map_or("unpublished", |order| order.why.word());
        let span = tracing::info_span!(
            "order",
            otel.name = format!("order {}", job.entity.name),
            adit.feed = %job.feed,
            adit.epoch = job.epoch,
            adit.entity = job.entity.name,
            adit.priority = job.priority.token(),
            adit.why = why,
            adit.gaps = job.job.gaps.len(),
        );
        let stored = async {
            if why == Why::Lost.word() {
                tracing::warn!(
                    "nothing was heard of the run before run {} of {}; ordered it again",
                    job.epoch,
                    job.entity.name
                );
            }
            bus.publish_job(&job.job, job.domain(), job.priority).await
        }
        .instrument(span)
        .await;
        match stored {
            Ok(()) => {
                metrics().job(job.domain().name(), JobOutcome::Ordered);
                published.push((job.feed, job.epoch));
            }
            Err(error @ PublishError::TooLarge { .. }) => {
                // Trying again would not help; it is ordered again when its lease is over.
                tracing::error!("a job of {} is lost: {error}", job.entity.name);
                published.push((job.feed, job.epoch));
            }
            Err(error) => {
                // If NATS is away, it is away for all of them.
                tracing::warn!("jobs wait to be published: {error}");
                break;
            }
        }
    }
    store.run_published(&published).await
}
