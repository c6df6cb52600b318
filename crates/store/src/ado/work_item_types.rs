//! A work item type of a project, with its states.

use wire::proto::boards::v1::{WorkItemType, WorkItemTypeState};

use crate::table::{Column, List, Table};

/// The rows of `work_item_types`.
pub(crate) static WORK_ITEM_TYPES: Table<WorkItemType> = Table {
    name: "ado.work_item_types",
    key: &["project_id", "reference_name"],
    columns: &[
        Column::uuid("project_id", |kind| &kind.project_id),
        Column::text("reference_name", |kind| &kind.reference_name),
        Column::text("name", |kind| &kind.name),
        Column::text("description", |kind| &kind.description),
        Column::text("color", |kind| &kind.color),
        Column::text("icon_id", |kind| &kind.icon_id),
        Column::bool("is_disabled", |kind| Some(kind.is_disabled)),
        Column::json("transitions", |kind| &kind.transitions),
        Column::json("field_instances", |kind| &kind.field_instances),
        Column::text("url", |kind| &kind.url),
    ],
    children: &[&WORK_ITEM_TYPE_STATES],
    ..Table::PLAIN
};

static WORK_ITEM_TYPE_STATES: List<WorkItemType, WorkItemTypeState> = List {
    table: "ado.work_item_type_states",
    field: "states",
    items: |kind| &kind.states,
    columns: &[
        Column::text("name", |state| &state.name),
        Column::text("category", |state| &state.category),
        Column::text("color", |state| &state.color),
    ],
    children: &[],
    link: None,
};
