//! A TFVC label.

use wire::proto::tfvc::v1::Label;

use crate::table::{Column, Table};

/// The rows of `tfvc_labels`.
pub(crate) static TFVC_LABELS: Table<Label> = Table {
    name: "ado.tfvc_labels",
    key: &["id"],
    columns: &[
        Column::int8("id", |label| Some(label.id)),
        Column::uuid("project_id", |label| &label.project_id),
        Column::text("name", |label| &label.name),
        Column::text("label_scope", |label| &label.label_scope),
        Column::text("description", |label| &label.description),
        Column::identity("owner", |label| label.owner.as_ref()),
        Column::time("modified_date", |label| label.modified_date.as_ref()),
        Column::text("url", |label| &label.url),
        Column::json("extra", |label| &label.extra),
    ],
    ..Table::PLAIN
};
