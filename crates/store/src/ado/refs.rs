//! A branch or tag.

use wire::proto::git::v1::Ref;

use crate::table::{Column, Table};

/// The rows of `refs`.
pub(crate) static REFS: Table<Ref> = Table {
    name: "ado.refs",
    key: &["repository_id", "name"],
    columns: &[
        Column::uuid("repository_id", |reference| &reference.repository_id),
        Column::uuid("project_id", |reference| &reference.project_id),
        Column::text("name", |reference| &reference.name),
        Column::text("object_id", |reference| &reference.object_id),
        Column::text("peeled_object_id", |reference| &reference.peeled_object_id),
        Column::identity("creator", |reference| reference.creator.as_ref()),
        Column::bool("is_locked", |reference| Some(reference.is_locked)),
        Column::text("url", |reference| &reference.url),
        Column::json("extra", |reference| &reference.extra),
    ],
    long_key: true,
    ..Table::PLAIN
};
