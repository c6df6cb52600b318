//! What is still to be sent is sent before the process ends.

use std::time::Duration;

use crate::export::Providers;

/// A collector that does not answer must not hold up the end of the process.
const DEADLINE: Duration = Duration::from_secs(5);

/// Telemetry runs while this lives. End it with [`shutdown`](Guard::shutdown), or the last seconds are lost.
#[derive(Debug)]
#[must_use = "the last spans and metrics are sent by its shutdown"]
pub struct Guard {
    pub(crate) providers: Option<Providers>,
}

impl Guard {
    /// Sends what is left, for five seconds at most. Call it inside the runtime: the connection lives there.
    pub async fn shutdown(self) {
        let Some(Providers { tracer, meter }) = self.providers else {
            return;
        };
        // Both block until the collector has answered; a thread each, so that neither eats the other's time.
        let spans = tokio::task::spawn_blocking(move || tracer.shutdown_with_timeout(DEADLINE));
        let points = tokio::task::spawn_blocking(move || meter.shutdown_with_timeout(DEADLINE));
        let flushed = async {
            for (what, flushed) in [("spans", spans.await), ("metrics", points.await)] {
                if let Ok(Err(error)) = flushed {
                    tracing::warn!("the last {what} did not reach the collector: {error}");
                }
            }
        };
        if tokio::time::timeout(DEADLINE, flushed).await.is_err() {
            tracing::warn!(
                "the collector did not take the last spans and metrics in {} s",
                DEADLINE.as_secs()
            );
        }
    }
}
