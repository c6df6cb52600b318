//! A work item field of the organization.

use wire::proto::boards::v1::Field;

use crate::table::{Column, Table};

/// The rows of `fields`.
pub(crate) static FIELDS: Table<Field> = Table {
    name: "ado.fields",
    key: &["reference_name"],
    columns: &[
        Column::text("reference_name", |field| &field.reference_name),
        Column::text("name", |field| &field.name),
        Column::text("type", |field| &field.r#type),
        Column::text("usage", |field| &field.usage),
        Column::text("description", |field| &field.description),
        Column::bool("read_only", |field| Some(field.read_only)),
        Column::bool("can_sort_by", |field| Some(field.can_sort_by)),
        Column::bool("is_queryable", |field| Some(field.is_queryable)),
        Column::bool("is_identity", |field| Some(field.is_identity)),
        Column::bool("is_picklist", |field| Some(field.is_picklist)),
        Column::bool("is_picklist_suggested", |field| {
            Some(field.is_picklist_suggested)
        }),
        Column::text("picklist_id", |field| &field.picklist_id),
        Column::bool("is_locked", |field| Some(field.is_locked)),
        Column::bool("is_deleted", |field| Some(field.is_deleted)),
        Column::text("url", |field| &field.url),
        Column::json("extra", |field| &field.extra),
    ],
    ..Table::PLAIN
};
