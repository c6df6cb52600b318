//! A batch of details read, one a gap.

use std::sync::Arc;

use futures::{StreamExt as _, future::BoxFuture, stream};
use wire::{
    Entity, Record,
    proto::control::v1::{Gap, GapOutcome, GapState, Job},
};

use crate::{
    Context, Detail, Found,
    batch::Batch,
    ending,
    readers::Reader,
    run::{Dropped, Run},
};

/// So many details of one job are read at once; the pace bounds what is really in flight.
const AT_ONCE: usize = 8;

/// A gap and what was read for it.
type Answer<'a, D> = (
    &'a Gap,
    Result<Option<Found<<D as Detail>::Record>>, azdo::Error>,
);

/// Runs a detail.
#[derive(Debug)]
pub(crate) struct DetailReader<D>(pub(crate) D);

impl<D: Detail> Reader for DetailReader<D> {
    fn entity(&self) -> &'static Entity {
        D::Record::ENTITY
    }

    fn run<'a>(
        &'a self,
        run: &'a mut Run,
        context: Arc<Context>,
        job: &'a Job,
    ) -> BoxFuture<'a, Result<(), Dropped>> {
        Box::pin(self.read(run, context, job))
    }
}

impl<D: Detail> DetailReader<D> {
    async fn read(&self, run: &mut Run, context: Arc<Context>, job: &Job) -> Result<(), Dropped> {
        let reads = job.gaps.iter().map(|gap| self.one(&context, gap));
        let mut answers = stream::iter(reads.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        let mut batch = Batch::default();
        let mut refused = Vec::new();
        let mut unreadable = 0;
        loop {
            let answer = tokio::select! {
                biased;
                () = run.soft.cancelled() => {
                    return run.end(batch, ending::interrupted(ending::STOPPED)).await;
                }
                answer = answers.next() => answer,
            };
            let Some((gap, answer)) = answer else { break };
            if batch.is_full() {
                run.publish(batch.take()).await?;
            }
            let outcome = match answer {
                Ok(Some(found)) => {
                    let heard = found.observed_at.or_else(|| context.azdo.observed_at());
                    batch.put(found.record, heard.unwrap_or(run.started_at));
                    if !found.unreadable.is_empty() {
                        unreadable += found.unreadable.len();
                        run.unreadable(found.unreadable).await?;
                    }
                    outcome(gap, GapState::Read, "")
                }
                Ok(None) => outcome(gap, GapState::Absent, ""),
                Err(error) if ending::is_about_everything(&error) => {
                    tracing::warn!(error = %error, "a run of {} failed", D::Record::ENTITY.name);
                    return run.end(batch, ending::failed(&error)).await;
                }
                Err(error) => {
                    refused.push(format!("{}: {error}", gap.key));
                    outcome(gap, GapState::Refused, ending::reason(&error))
                }
            };
            batch.gaps.push(outcome);
        }
        let outcome = match refused.first() {
            None if unreadable > 0 => ending::unreadable(unreadable),
            None => ending::complete(),
            Some(first) => ending::partial(
                "refused",
                format!(
                    "{} of {} could not be read, the first: {first}",
                    refused.len(),
                    job.gaps.len()
                ),
            ),
        };
        run.end(batch, outcome).await
    }

    fn one<'a>(&'a self, context: &'a Context, gap: &'a Gap) -> BoxFuture<'a, Answer<'a, D>> {
        Box::pin(async move { (gap, self.0.read(context, gap).await) })
    }
}

fn outcome(gap: &Gap, state: GapState, reason: &str) -> GapOutcome {
    GapOutcome {
        key: gap.key.clone(),
        version: gap.version.clone(),
        state: state.into(),
        reason: reason.to_owned(),
    }
}
