//! The ground truth of this domain.

use serde_json::{Value, json};

use super::{
    PipelinesWorld,
    build::{Build, Result, Status},
    definition::Definition,
    timeline::{Record, SERVICE, Timeline},
    timeline_make::timeline,
};
use crate::{
    date,
    organization::{Organization, User},
    truth::Rows,
    world::World,
};

pub(super) const DEFINITIONS: &str = "build_definitions";
pub(super) const BUILDS: &str = "builds";
pub(super) const TIMELINES: &str = "timelines";

/// The entities of this domain.
pub const ENTITIES: &[&str] = &[DEFINITIONS, BUILDS, TIMELINES];

/// Tells the rows of an entity. What retention had deleted before the world began has none. Timelines are those of
/// builds that have finished, in whole: a build that is being retried has the one with which it finished before.
pub fn truth(world: &World, reader: &User, entity: &str, rows: Rows<'_>) -> bool {
    let pipelines = &world.pipelines;
    let builds = pipelines
        .builds
        .iter()
        .filter(|build| build.deleted.is_none() && reader.reads(build.project));
    match entity {
        DEFINITIONS => {
            let seen = pipelines
                .definitions
                .iter()
                .filter(|definition| reader.reads(definition.project));
            seen.for_each(|definition| rows(definition_row(definition, &world.organization)));
        }
        BUILDS => builds.for_each(|build| rows(build_row(pipelines, build, &world.organization))),
        TIMELINES => {
            for build in builds {
                let finished = if build.status == Status::Completed {
                    Some(build)
                } else {
                    build.before_retry.as_deref()
                };
                let found = finished.and_then(|build| timeline(pipelines, build));
                if let Some(found) = found {
                    rows(timeline_row(build, &found));
                }
            }
        }
        _ => return false,
    }
    true
}

fn definition_row(definition: &Definition, organization: &Organization) -> Value {
    json!({
        "id": definition.id,
        "project_id": definition.project,
        "name": definition.name,
        "path": definition.path,
        "revision": definition.revision,
        "type": "build",
        "quality": if definition.is_draft { "draft" } else { "definition" },
        "queue_status": definition.queue_status,
        "created_date": date::stored(definition.created),
        "authored_by": definition.authored_by.stored(),
        "process_type": definition.process_type(),
        "process_yaml_filename": definition.yaml,
        "repository_id": definition.source.id,
        "repository_type": definition.source.kind,
        "repository_name": definition.source.name,
        "repository_default_branch": definition.source.default_branch,
        "triggers": definition.triggers,
        "url": definition.url(&organization.link()),
        "queue_id": definition.queue.map(|queue| queue.id),
        "queue_name": definition.queue.map(|queue| queue.name),
        "uri": definition.uri(),
    })
}

fn build_row(pipelines: &PipelinesWorld, build: &Build, organization: &Organization) -> Value {
    let definition = &pipelines.definitions[build.definition];
    let queue = definition.queue.filter(|_| !build.is_invalid());
    let person = |place: usize| pipelines.people[place].stored();
    json!({
        "id": build.id,
        "project_id": build.project,
        "build_number": build.number,
        "definition_id": definition.id,
        "definition_name": definition.name,
        "definition_revision": definition.revision,
        "status": build.status.word(),
        "result": build.result.map(Result::word),
        "reason": build.reason,
        "priority": build.priority,
        "queue_time": date::stored(build.queued),
        "start_time": build.started.map(date::stored),
        "finish_time": build.finished.map(date::stored),
        "last_changed_date": date::stored(build.changed),
        "last_changed_by": person(build.changed_by),
        "requested_for": person(build.requested_for),
        "requested_by": person(build.requested_by),
        "source_branch": build.branch,
        "source_version": build.version,
        "repository_id": definition.source.id,
        "repository_type": definition.source.kind,
        "queue_id": queue.map(|queue| queue.id),
        "queue_name": queue.map(|queue| queue.name),
        "pool_name": queue.map(|queue| queue.name),
        "orchestration_plan_id": build.plan(pipelines.salt),
        "build_number_revision": build.number_revision,
        "keep_forever": build.keep_forever,
        "retained_by_release": build.retained_by_release,
        "deleted": false,
        "deleted_date": null,
        "deleted_reason": null,
        "triggered_by_build_id": build.triggered_by,
        "tags": build.tags,
        "trigger_info": build.trigger_info(),
        "template_parameters": build.template_parameters(),
        "parameters": build.parameters(),
        "validation_results": build.validation_results(),
        "uri": build.uri(),
        "url": build.url(&organization.link()),
    })
}

fn timeline_row(build: &Build, newest: &Timeline) -> Value {
    let all = std::iter::once(newest).chain(&newest.earlier);
    let records = all.flat_map(|timeline| {
        timeline
            .records
            .iter()
            .flatten()
            .map(|record| record_row(timeline, record))
    });
    json!({
        "build_id": build.id,
        "project_id": build.project,
        "id": newest.id,
        "change_id": newest.change_id,
        "last_changed_on": date::stored(newest.changed),
        "last_changed_by": SERVICE,
        "records": records.collect::<Vec<_>>(),
    })
}

fn record_row(timeline: &Timeline, record: &Record) -> Value {
    let (errors, warnings) = record.counts();
    json!({
        "id": record.id,
        "attempt": record.attempt,
        "timeline_id": timeline.id,
        "parent_id": record.parent,
        "type": record.kind,
        "name": record.name,
        "ref_name": record.ref_name,
        "identifier": record.identifier,
        "start_time": record.started.map(date::stored),
        "finish_time": record.finished.map(date::stored),
        "state": record.state,
        "result": record.result,
        "result_code": record.result_code,
        "worker_name": record.worker,
        "queue_id": record.queue,
        "order": record.order,
        "percent_complete": record.percent,
        "error_count": errors,
        "warning_count": warnings,
        "log_id": record.log,
        "task_id": record.task.map(|task| task.id),
        "task_name": record.task.map(|task| task.name),
        "task_version": record.task.map(|task| task.version),
        "issues": if record.issues.is_empty() { Value::Null } else { record.issues_json() },
        "previous_attempts": record.previous_json(),
    })
}
