//! A build definition (YAML or designer pipeline).

use wire::proto::pipelines::v1::BuildDefinition;

use crate::table::{Column, Table};

/// The rows of `build_definitions`.
pub(crate) static BUILD_DEFINITIONS: Table<BuildDefinition> = Table {
    name: "ado.build_definitions",
    key: &["id"],
    columns: &[
        Column::int8("id", |definition| Some(definition.id)),
        Column::uuid("project_id", |definition| &definition.project_id),
        Column::text("name", |definition| &definition.name),
        Column::text("path", |definition| &definition.path),
        Column::int8("revision", |definition| Some(definition.revision)),
        Column::text("type", |definition| &definition.r#type),
        Column::text("quality", |definition| &definition.quality),
        Column::text("queue_status", |definition| &definition.queue_status),
        Column::time("created_date", |definition| {
            definition.created_date.as_ref()
        }),
        Column::identity("authored_by", |definition| definition.authored_by.as_ref()),
        Column::int8("process_type", |definition| definition.process_type),
        Column::text("process_yaml_filename", |definition| {
            &definition.process_yaml_filename
        }),
        Column::text("repository_id", |definition| &definition.repository_id),
        Column::text("repository_type", |definition| &definition.repository_type),
        Column::text("repository_name", |definition| &definition.repository_name),
        Column::text("repository_default_branch", |definition| {
            &definition.repository_default_branch
        }),
        Column::json("triggers", |definition| &definition.triggers),
        Column::text("url", |definition| &definition.url),
        Column::int8("queue_id", |definition| definition.queue_id),
        Column::text("queue_name", |definition| &definition.queue_name),
        Column::text("uri", |definition| &definition.uri),
        Column::json("extra", |definition| &definition.extra),
    ],
    ..Table::PLAIN
};
