//! A category of work item types of a project.

use wire::proto::boards::v1::WorkItemTypeCategory;

use crate::table::{Column, Table};

/// The rows of `work_item_type_categories`.
pub(crate) static WORK_ITEM_TYPE_CATEGORIES: Table<WorkItemTypeCategory> = Table {
    name: "ado.work_item_type_categories",
    key: &["project_id", "reference_name"],
    columns: &[
        Column::uuid("project_id", |category| &category.project_id),
        Column::text("reference_name", |category| &category.reference_name),
        Column::text("name", |category| &category.name),
        Column::text("default_work_item_type_name", |category| {
            &category.default_work_item_type_name
        }),
        Column::names("work_item_type_names", |category| {
            &category.work_item_type_names
        }),
        Column::text("url", |category| &category.url),
    ],
    ..Table::PLAIN
};
