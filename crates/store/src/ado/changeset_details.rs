//! What a changeset changed, and why.

use wire::proto::tfvc::v1::{ChangesetChange, ChangesetDetail, ChangesetWorkItem, CheckinNote};

use crate::table::{Column, List, Table};

/// The rows of `changeset_details`.
pub(crate) static CHANGESET_DETAILS: Table<ChangesetDetail> = Table {
    name: "ado.changeset_details",
    key: &["changeset_id"],
    columns: &[
        Column::int8("changeset_id", |detail| Some(detail.changeset_id)),
        Column::names("team_project_ids", |detail| &detail.team_project_ids),
        Column::text("policy_override_comment", |detail| {
            &detail.policy_override_comment
        }),
        Column::json("policy_failures", |detail| &detail.policy_failures),
    ],
    children: &[
        &CHANGESET_CHANGES,
        &CHANGESET_WORK_ITEMS,
        &CHANGESET_CHECKIN_NOTES,
    ],
    ..Table::PLAIN
};

static CHANGESET_CHANGES: List<ChangesetDetail, ChangesetChange> = List {
    table: "ado.changeset_changes",
    field: "changes",
    items: |detail| &detail.changes,
    columns: &[
        Column::text("path", |change| &change.path),
        Column::text("change_type", |change| &change.change_type),
        Column::int8("version", |change| change.version),
        Column::bool("is_folder", |change| Some(change.is_folder)),
        Column::int8("size", |change| change.size),
        Column::text("hash_value", |change| &change.hash_value),
        Column::int8("deletion_id", |change| change.deletion_id),
        Column::text("source_server_item", |change| &change.source_server_item),
        Column::json("merge_sources", |change| &change.merge_sources),
        Column::json("extra", |change| &change.extra),
    ],
    children: &[],
    link: None,
};

static CHANGESET_WORK_ITEMS: List<ChangesetDetail, ChangesetWorkItem> = List {
    table: "ado.changeset_work_items",
    field: "work_items",
    items: |detail| &detail.work_items,
    columns: &[
        Column::int8("id", |item| Some(item.id)),
        Column::text("title", |item| &item.title),
        Column::text("state", |item| &item.state),
        Column::text("work_item_type", |item| &item.work_item_type),
        Column::text("assigned_to", |item| &item.assigned_to),
    ],
    children: &[],
    link: None,
};

static CHANGESET_CHECKIN_NOTES: List<ChangesetDetail, CheckinNote> = List {
    table: "ado.changeset_checkin_notes",
    field: "checkin_notes",
    items: |detail| &detail.checkin_notes,
    columns: &[
        Column::text("name", |note| &note.name),
        Column::text("value", |note| &note.value),
    ],
    children: &[],
    link: None,
};
