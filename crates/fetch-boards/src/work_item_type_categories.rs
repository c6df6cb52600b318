//! Reads the work item type categories of a project.

use azdo::Pages;
use fetch::{Context, Listing, convert::text};
use wire::proto::boards::v1;

/// Reads the work item type categories of a project: what counts as a task, a requirement, a bug.
#[derive(Debug)]
pub(crate) struct WorkItemTypeCategories;

impl Listing for WorkItemTypeCategories {
    type Cursor = ();
    type Item = azdo::WorkItemTypeCategory;
    type Record = v1::WorkItemTypeCategory;

    fn pages(&self, context: &Context, (): &()) -> Pages<azdo::WorkItemTypeCategory> {
        context
            .azdo
            .work_item_type_categories(context.scope.project.unwrap_or_default())
    }

    fn record(
        &self,
        context: &Context,
        category: azdo::WorkItemTypeCategory,
    ) -> v1::WorkItemTypeCategory {
        v1::WorkItemTypeCategory {
            project_id: context.scope.project_id(),
            reference_name: category.reference_name,
            name: text(category.name),
            default_work_item_type_name: text(category.default_work_item_type_name),
            work_item_type_names: category.work_item_type_names,
            url: text(category.url),
        }
    }
}
