//! The types of work items of a project, with their states, and the categories of types.

use uuid::Uuid;

use crate::client::Client;
use crate::json::{Item, Object};
use crate::paging::{Pages, whole};
use crate::request::Request;

/// A type of work items in one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItemType {
    /// `Bug`, or what a team calls it. Unique within the project.
    pub name: String,
    /// `Microsoft.VSTS.WorkItemTypes.Bug`, …
    pub reference_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Six hexadecimal digits.
    pub color: Option<String>,
    /// The icon's name.
    pub icon_id: Option<String>,
    /// Whether new ones can be made.
    pub is_disabled: Option<bool>,
    /// Its states with their categories.
    pub states: Vec<WorkItemState>,
    /// Which state may follow which: a JSON object.
    pub transitions: Option<String>,
    /// Its fields: a JSON list.
    pub field_instances: Option<String>,
    /// The layout of its form: large, and of no use to reports.
    pub xml_form: Option<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// A state of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItemState {
    /// What teams call it.
    pub name: Option<String>,
    /// `Proposed`, `InProgress`, `Resolved`, `Completed`, `Removed`.
    pub category: Option<String>,
    /// Six hexadecimal digits.
    pub color: Option<String>,
}

/// A set of types that reports and boards treat alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItemTypeCategory {
    /// `Microsoft.RequirementCategory`, …
    pub reference_name: String,
    /// The name that is shown.
    pub name: Option<String>,
    /// The name of the type that new ones get.
    pub default_work_item_type_name: Option<String>,
    /// The names of all types.
    pub work_item_type_names: Vec<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

impl Item for WorkItemType {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut icon = object.nested("icon");
        let fields = object.json("fields");
        Ok(Self {
            name: object.key_text("name")?,
            reference_name: object.text("referenceName"),
            description: object.text("description"),
            color: object.text("color"),
            icon_id: icon.as_mut().and_then(|icon| icon.text("id")),
            is_disabled: object.bool("isDisabled"),
            states: object.items("states"),
            transitions: object.json("transitions"),
            // The same list under two names; older answers have only `fields`.
            field_instances: object.json("fieldInstances").or(fields),
            xml_form: object.text("xmlForm"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Item for WorkItemState {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            name: object.text("name"),
            category: object
                .text("category")
                .or_else(|| object.text("stateCategory")),
            color: object.text("color"),
        })
    }
}

impl Item for WorkItemTypeCategory {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut default = object.nested("defaultWorkItemType");
        Ok(Self {
            reference_name: object.key_text("referenceName")?,
            name: object.text("name"),
            default_work_item_type_name: default.as_mut().and_then(|kind| kind.text("name")),
            work_item_type_names: object
                .items("workItemTypes")
                .into_iter()
                .filter_map(|Named(name)| name)
                .collect(),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

/// A reference of which only the name counts.
struct Named(Option<String>);

impl Item for Named {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self(object.text("name")))
    }
}

impl Client {
    /// All types of a project, with states: one request in place of one per type.
    pub fn work_item_types(&self, project: Uuid) -> Pages<WorkItemType> {
        let project = project.to_string();
        let request = Request::get("{project}/_apis/wit/workitemtypes", &[&project]);
        whole(self.clone(), request)
    }

    /// All categories of a project.
    pub fn work_item_type_categories(&self, project: Uuid) -> Pages<WorkItemTypeCategory> {
        let project = project.to_string();
        let request = Request::get("{project}/_apis/wit/workitemtypecategories", &[&project]);
        whole(self.clone(), request)
    }
}
