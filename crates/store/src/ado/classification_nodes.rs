//! An area or iteration, flattened out of its tree.

use wire::proto::boards::v1::ClassificationNode;

use crate::table::{Column, Table};

/// The rows of `classification_nodes`.
pub(crate) static CLASSIFICATION_NODES: Table<ClassificationNode> = Table {
    name: "ado.classification_nodes",
    key: &["id"],
    columns: &[
        Column::int8("id", |node| Some(node.id)),
        Column::uuid("project_id", |node| &node.project_id),
        Column::text("identifier", |node| &node.identifier),
        Column::text("structure_type", |node| &node.structure_type),
        Column::text("name", |node| &node.name),
        Column::text("path", |node| &node.path),
        Column::int8("parent_id", |node| node.parent_id),
        Column::bool("has_children", |node| Some(node.has_children)),
        Column::time("start_date", |node| node.start_date.as_ref()),
        Column::time("finish_date", |node| node.finish_date.as_ref()),
        Column::json("attributes", |node| &node.attributes),
        Column::text("url", |node| &node.url),
    ],
    ..Table::PLAIN
};
