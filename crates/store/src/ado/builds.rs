//! A build, which is also the run of a YAML pipeline.

use wire::proto::pipelines::v1::Build;

use crate::table::{Column, Table};

/// The rows of `builds`.
pub(crate) static BUILDS: Table<Build> = Table {
    name: "ado.builds",
    key: &["id"],
    columns: &[
        Column::int8("id", |build| Some(build.id)),
        Column::uuid("project_id", |build| &build.project_id),
        Column::text("build_number", |build| &build.build_number),
        Column::int8("definition_id", |build| Some(build.definition_id)),
        Column::text("definition_name", |build| &build.definition_name),
        Column::int8("definition_revision", |build| {
            Some(build.definition_revision)
        }),
        Column::text("status", |build| &build.status),
        Column::text("result", |build| &build.result),
        Column::text("reason", |build| &build.reason),
        Column::text("priority", |build| &build.priority),
        Column::time("queue_time", |build| build.queue_time.as_ref()),
        Column::time("start_time", |build| build.start_time.as_ref()),
        Column::time("finish_time", |build| build.finish_time.as_ref()),
        Column::time("last_changed_date", |build| {
            build.last_changed_date.as_ref()
        }),
        Column::identity("last_changed_by", |build| build.last_changed_by.as_ref()),
        Column::identity("requested_for", |build| build.requested_for.as_ref()),
        Column::identity("requested_by", |build| build.requested_by.as_ref()),
        Column::text("source_branch", |build| &build.source_branch),
        Column::text("source_version", |build| &build.source_version),
        Column::text("repository_id", |build| &build.repository_id),
        Column::text("repository_type", |build| &build.repository_type),
        Column::int8("queue_id", |build| build.queue_id),
        Column::text("queue_name", |build| &build.queue_name),
        Column::text("pool_name", |build| &build.pool_name),
        Column::text("orchestration_plan_id", |build| {
            &build.orchestration_plan_id
        }),
        Column::int8("build_number_revision", |build| build.build_number_revision),
        Column::bool("keep_forever", |build| Some(build.keep_forever)),
        Column::bool("retained_by_release", |build| {
            Some(build.retained_by_release)
        }),
        Column::bool("deleted", |build| Some(build.deleted)),
        Column::time("deleted_date", |build| build.deleted_date.as_ref()),
        Column::text("deleted_reason", |build| &build.deleted_reason),
        Column::int8("triggered_by_build_id", |build| build.triggered_by_build_id),
        Column::names("tags", |build| &build.tags),
        Column::json("trigger_info", |build| &build.trigger_info),
        Column::json("template_parameters", |build| &build.template_parameters),
        Column::text("parameters", |build| &build.parameters),
        Column::json("validation_results", |build| &build.validation_results),
        Column::text("uri", |build| &build.uri),
        Column::text("url", |build| &build.url),
        Column::json("extra", |build| &build.extra),
    ],
    ..Table::PLAIN
};
