//! A TFVC branch, flattened out of its tree.

use wire::proto::tfvc::v1::Branch;

use crate::table::{Column, Table};

/// The rows of `tfvc_branches`.
pub(crate) static TFVC_BRANCHES: Table<Branch> = Table {
    name: "ado.tfvc_branches",
    key: &["project_id", "path"],
    columns: &[
        Column::text("path", |branch| &branch.path),
        Column::uuid("project_id", |branch| &branch.project_id),
        Column::text("parent_path", |branch| &branch.parent_path),
        Column::identity("owner", |branch| branch.owner.as_ref()),
        Column::time("created_date", |branch| branch.created_date.as_ref()),
        Column::text("description", |branch| &branch.description),
        Column::bool("is_deleted", |branch| Some(branch.is_deleted)),
        Column::names("related_branches", |branch| &branch.related_branches),
        Column::json("mappings", |branch| &branch.mappings),
        Column::text("url", |branch| &branch.url),
        Column::json("extra", |branch| &branch.extra),
    ],
    long_key: true,
    ..Table::PLAIN
};
