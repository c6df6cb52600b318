//! A link between two work items, or its removal.

use wire::proto::boards::v1::WorkItemLink;

use crate::table::{Column, Table};

/// The rows of `work_item_links`.
pub(crate) static WORK_ITEM_LINKS: Table<WorkItemLink> = Table {
    name: "ado.work_item_links",
    key: &["source_id", "target_id", "rel"],
    columns: &[
        Column::int8("source_id", |link| Some(link.source_id)),
        Column::int8("target_id", |link| Some(link.target_id)),
        Column::text("rel", |link| &link.rel),
        Column::bool("is_active", |link| Some(link.is_active)),
        Column::time("changed_date", |link| link.changed_date.as_ref()),
        Column::identity("changed_by", |link| link.changed_by.as_ref()),
        Column::text("changed_operation", |link| &link.changed_operation),
        Column::text("comment", |link| &link.comment),
        Column::uuid("source_project_id", |link| &link.source_project_id),
        Column::uuid("target_project_id", |link| &link.target_project_id),
        Column::json("extra", |link| &link.extra),
    ],
    ..Table::PLAIN
};
