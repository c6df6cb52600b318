//! Reads the work item types of a project, with their states.

use azdo::Pages;
use fetch::{Context, Listing, convert::text};
use wire::proto::boards::v1;

/// Reads the work item types of a project, with their states.
#[derive(Debug)]
pub(crate) struct WorkItemTypes;

impl Listing for WorkItemTypes {
    type Cursor = ();
    type Item = azdo::WorkItemType;
    type Record = v1::WorkItemType;

    fn pages(&self, context: &Context, (): &()) -> Pages<azdo::WorkItemType> {
        context
            .azdo
            .work_item_types(context.scope.project.unwrap_or_default())
    }

    fn record(&self, context: &Context, kind: azdo::WorkItemType) -> v1::WorkItemType {
        v1::WorkItemType {
            project_id: context.scope.project_id(),
            reference_name: kind.reference_name.unwrap_or_else(|| kind.name.clone()),
            name: kind.name,
            description: text(kind.description),
            color: text(kind.color),
            icon_id: text(kind.icon_id),
            is_disabled: kind.is_disabled.unwrap_or_default(),
            states: kind.states.into_iter().map(state).collect(),
            transitions: text(kind.transitions),
            field_instances: text(kind.field_instances),
            url: text(kind.url),
        }
    }
}

fn state(state: azdo::WorkItemState) -> v1::WorkItemTypeState {
    v1::WorkItemTypeState {
        name: text(state.name),
        category: text(state.category),
        color: text(state.color),
    }
}
