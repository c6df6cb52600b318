//! Reads the timelines of finished builds.

use std::collections::BTreeSet;

use azdo::{Error, Timeline, TimelineRecord};
use fetch::{
    Context, Detail, Found,
    convert::{extra, id, text, time},
};
use futures::future::BoxFuture;
use uuid::Uuid;
use wire::proto::{control::v1::Gap, pipelines::v1};

/// Reads the timeline of a finished build, and those of its earlier attempts: their records are in timelines of their
/// own (PITFALLS 26).
#[derive(Debug)]
pub(crate) struct Timelines;

impl Detail for Timelines {
    type Record = v1::Timeline;

    fn read<'a>(
        &'a self,
        context: &'a Context,
        gap: &'a Gap,
    ) -> BoxFuture<'a, Result<Option<Found<v1::Timeline>>, Error>> {
        Box::pin(async move {
            let project = context.scope.project.unwrap_or_default();
            let Ok(build) = gap.key.parse() else {
                return Ok(None);
            };
            let Some(mut newest) = context.azdo.timeline(project, build).await? else {
                return Ok(None);
            };
            let mut attempts = Attempts::default();
            let mut wanted = attempts.take(&mut newest);
            while let Some(timeline) = wanted.pop_first() {
                if let Some(mut read) = context
                    .azdo
                    .timeline_of_attempt(project, build, timeline)
                    .await?
                {
                    wanted.append(&mut attempts.take(&mut read));
                    newest.unreadable.append(&mut read.unreadable);
                }
            }
            Ok(Some(Found {
                observed_at: Some(newest.observed_at),
                unreadable: std::mem::take(&mut newest.unreadable),
                record: v1::Timeline {
                    build_id: build,
                    project_id: context.scope.project_id(),
                    id: newest.id.to_string(),
                    change_id: newest.change_id.unwrap_or_default(),
                    last_changed_on: time(newest.last_changed_on),
                    last_changed_by: text(newest.last_changed_by),
                    records: attempts.taken,
                },
            }))
        })
    }
}

/// Records of all attempts, each once.
#[derive(Default)]
struct Attempts {
    taken: Vec<v1::TimelineRecord>,
    seen: BTreeSet<(Uuid, i64)>,
    timelines: BTreeSet<Uuid>,
}

impl Attempts {
    /// Takes the records of a timeline; tells which timelines of earlier attempts they name.
    fn take(&mut self, timeline: &mut Timeline) -> BTreeSet<Uuid> {
        self.timelines.insert(timeline.id);
        let mut earlier = BTreeSet::new();
        for record in timeline.records.drain(..) {
            let named = record
                .attempts()
                .into_iter()
                .filter_map(|attempt| attempt.timeline_id);
            earlier.extend(named.filter(|id| !self.timelines.contains(id)));
            if self.seen.insert((record.id, record.attempt)) {
                self.taken.push(self::record(timeline.id, record));
            }
        }
        earlier
    }
}

fn record(timeline: Uuid, record: TimelineRecord) -> v1::TimelineRecord {
    v1::TimelineRecord {
        id: record.id.to_string(),
        attempt: record.attempt,
        timeline_id: timeline.to_string(),
        parent_id: id(record.parent_id),
        r#type: text(record.r#type),
        name: text(record.name),
        ref_name: text(record.ref_name),
        identifier: text(record.identifier),
        start_time: time(record.start_time),
        finish_time: time(record.finish_time),
        state: text(record.state),
        result: text(record.result),
        result_code: text(record.result_code),
        worker_name: text(record.worker_name),
        queue_id: record.queue_id,
        order: record.order,
        percent_complete: record.percent_complete,
        error_count: record.error_count.unwrap_or_default(),
        warning_count: record.warning_count.unwrap_or_default(),
        log_id: record.log_id,
        task_id: id(record.task_id),
        task_name: text(record.task_name),
        task_version: text(record.task_version),
        issues: text(record.issues),
        previous_attempts: text(record.previous_attempts),
        extra: extra(record.extra),
    }
}
