//! Stages, phases, jobs and tasks of one build, all attempts.

use wire::proto::pipelines::v1::{Timeline, TimelineRecord};

use crate::table::{Column, List, Table};

/// The rows of `timelines`.
pub(crate) static TIMELINES: Table<Timeline> = Table {
    name: "ado.timelines",
    key: &["build_id"],
    columns: &[
        Column::int8("build_id", |timeline| Some(timeline.build_id)),
        Column::uuid("project_id", |timeline| &timeline.project_id),
        Column::text("id", |timeline| &timeline.id),
        Column::int8("change_id", |timeline| Some(timeline.change_id)),
        Column::time("last_changed_on", |timeline| {
            timeline.last_changed_on.as_ref()
        }),
        Column::text("last_changed_by", |timeline| &timeline.last_changed_by),
    ],
    children: &[&TIMELINE_RECORDS],
    ..Table::PLAIN
};

static TIMELINE_RECORDS: List<Timeline, TimelineRecord> = List {
    table: "ado.timeline_records",
    field: "records",
    items: |timeline| &timeline.records,
    columns: &[
        Column::text("id", |record| &record.id),
        Column::int8("attempt", |record| Some(record.attempt)),
        Column::text("timeline_id", |record| &record.timeline_id),
        Column::text("parent_id", |record| &record.parent_id),
        Column::text("type", |record| &record.r#type),
        Column::text("name", |record| &record.name),
        Column::text("ref_name", |record| &record.ref_name),
        Column::text("identifier", |record| &record.identifier),
        Column::time("start_time", |record| record.start_time.as_ref()),
        Column::time("finish_time", |record| record.finish_time.as_ref()),
        Column::text("state", |record| &record.state),
        Column::text("result", |record| &record.result),
        Column::text("result_code", |record| &record.result_code),
        Column::text("worker_name", |record| &record.worker_name),
        Column::int8("queue_id", |record| record.queue_id),
        Column::int8("order", |record| record.order),
        Column::int8("percent_complete", |record| record.percent_complete),
        Column::int8("error_count", |record| Some(record.error_count)),
        Column::int8("warning_count", |record| Some(record.warning_count)),
        Column::int8("log_id", |record| record.log_id),
        Column::text("task_id", |record| &record.task_id),
        Column::text("task_name", |record| &record.task_name),
        Column::text("task_version", |record| &record.task_version),
        Column::json("issues", |record| &record.issues),
        Column::json("previous_attempts", |record| &record.previous_attempts),
        Column::json("extra", |record| &record.extra),
    ],
    children: &[],
    link: None,
};
