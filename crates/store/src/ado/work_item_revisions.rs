//! One revision of a work item.

use wire::proto::boards::v1::WorkItemRevision;

use crate::table::{Column, Newest, Table};

/// The rows of `work_item_revisions`.
pub(crate) static WORK_ITEM_REVISIONS: Table<WorkItemRevision> = Table {
    name: "ado.work_item_revisions",
    key: &["id", "rev"],
    columns: &[
        Column::int8("id", |revision| Some(revision.id)),
        Column::int8("rev", |revision| Some(revision.rev)),
        Column::uuid("project_id", |revision| &revision.project_id),
        Column::text("team_project", |revision| &revision.team_project),
        Column::text("work_item_type", |revision| &revision.work_item_type),
        Column::text("title", |revision| &revision.title),
        Column::text("state", |revision| &revision.state),
        Column::text("reason", |revision| &revision.reason),
        Column::int8("area_id", |revision| revision.area_id),
        Column::text("area_path", |revision| &revision.area_path),
        Column::int8("iteration_id", |revision| revision.iteration_id),
        Column::text("iteration_path", |revision| &revision.iteration_path),
        Column::identity("assigned_to", |revision| revision.assigned_to.as_ref()),
        Column::identity("created_by", |revision| revision.created_by.as_ref()),
        Column::time("created_date", |revision| revision.created_date.as_ref()),
        Column::identity("changed_by", |revision| revision.changed_by.as_ref()),
        Column::time("changed_date", |revision| revision.changed_date.as_ref()),
        Column::time("revised_date", |revision| revision.revised_date.as_ref()),
        Column::time("state_change_date", |revision| {
            revision.state_change_date.as_ref()
        }),
        Column::time("activated_date", |revision| {
            revision.activated_date.as_ref()
        }),
        Column::time("resolved_date", |revision| revision.resolved_date.as_ref()),
        Column::time("closed_date", |revision| revision.closed_date.as_ref()),
        Column::time("due_date", |revision| revision.due_date.as_ref()),
        Column::int8("priority", |revision| revision.priority),
        Column::text("severity", |revision| &revision.severity),
        Column::float8("story_points", |revision| revision.story_points),
        Column::float8("effort", |revision| revision.effort),
        Column::float8("size", |revision| revision.size),
        Column::float8("original_estimate", |revision| revision.original_estimate),
        Column::float8("remaining_work", |revision| revision.remaining_work),
        Column::float8("completed_work", |revision| revision.completed_work),
        Column::int8("parent_id", |revision| revision.parent_id),
        Column::text("tags", |revision| &revision.tags),
        Column::text("board_column", |revision| &revision.board_column),
        Column::bool("board_column_done", |revision| revision.board_column_done),
        Column::text("board_lane", |revision| &revision.board_lane),
        Column::int8("comment_count", |revision| revision.comment_count),
        Column::int8("watermark", |revision| revision.watermark),
        Column::bool("is_deleted", |revision| Some(revision.is_deleted)),
        Column::json("fields", |revision| &revision.fields),
    ],
    newest: Some(Newest {
        table: "ado.work_items",
        without: &["revised_date"],
    }),
    after: &[REVISE],
    ..Table::PLAIN
};

/// A revision that was current when it was read ends where the next one begins; the feed does not send it again. Both the
/// column and the field are set, so that an incremental reading and a fresh one leave the same.
const REVISE: &str = "
UPDATE ado.work_item_revisions AS t SET
    revised_date = n.changed_date,
    fields = CASE WHEN t.fields ? 'System.RevisedDate' AND n.fields ? 'System.ChangedDate'
        THEN jsonb_set(t.fields, '{System.RevisedDate}', n.fields -> 'System.ChangedDate') ELSE t.fields END
FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::int8[]) AS u (organization_id, id)) AS k
JOIN ado.work_item_revisions AS n ON n.organization_id = k.organization_id AND n.id = k.id
WHERE t.organization_id = n.organization_id AND t.id = n.id AND t.rev = n.rev - 1 AND t.revised_date IS NULL
    AND n.changed_date IS NOT NULL AND n.deleted_at IS NULL";
