//! A TFVC changeset.

use wire::proto::tfvc::v1::Changeset;

use crate::table::{Column, Table};

/// The rows of `changesets`.
pub(crate) static CHANGESETS: Table<Changeset> = Table {
    name: "ado.changesets",
    key: &["changeset_id"],
    columns: &[
        Column::int8("changeset_id", |changeset| Some(changeset.changeset_id)),
        Column::identity("author", |changeset| changeset.author.as_ref()),
        Column::identity("checked_in_by", |changeset| {
            changeset.checked_in_by.as_ref()
        }),
        Column::time("created_date", |changeset| changeset.created_date.as_ref()),
        Column::text("comment", |changeset| &changeset.comment),
        Column::bool("comment_truncated", |changeset| {
            Some(changeset.comment_truncated)
        }),
        Column::text("url", |changeset| &changeset.url),
        Column::json("extra", |changeset| &changeset.extra),
    ],
    ..Table::PLAIN
};
