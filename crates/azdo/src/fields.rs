//! The fields of work items, custom ones too.

use uuid::Uuid;

use crate::client::Client;
use crate::json::{Item, Object};
use crate::paging::{Pages, whole};
use crate::request::Request;

/// A field of work items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `System.Title`, `Custom.Risk`, …
    pub reference_name: String,
    /// The name that is shown.
    pub name: Option<String>,
    /// `string`, `integer`, `dateTime`, `html`, `identity`, …
    pub r#type: Option<String>,
    /// `workItem`, `workItemLink`, `tree`, …
    pub usage: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether the system alone sets it.
    pub read_only: Option<bool>,
    /// Whether queries may sort by it.
    pub can_sort_by: Option<bool>,
    /// Whether queries may use it.
    pub is_queryable: Option<bool>,
    /// Whether it holds an identity.
    pub is_identity: Option<bool>,
    /// Whether its values come from a list.
    pub is_picklist: Option<bool>,
    /// Whether other values are allowed too.
    pub is_picklist_suggested: Option<bool>,
    /// Which list.
    pub picklist_id: Option<Uuid>,
    /// Whether it can be changed.
    pub is_locked: Option<bool>,
    /// Whether it was deleted.
    pub is_deleted: Option<bool>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

impl Item for Field {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            reference_name: object.key_text("referenceName")?,
            name: object.text("name"),
            r#type: object.text("type"),
            usage: object.text("usage"),
            description: object.text("description"),
            read_only: object.bool("readOnly"),
            can_sort_by: object.bool("canSortBy"),
            is_queryable: object.bool("isQueryable"),
            is_identity: object.bool("isIdentity"),
            is_picklist: object.bool("isPicklist"),
            is_picklist_suggested: object.bool("isPicklistSuggested"),
            picklist_id: object.uuid("picklistId"),
            is_locked: object.bool("isLocked"),
            is_deleted: object.bool("isDeleted"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Client {
    /// All fields of the organization.
    pub fn fields(&self) -> Pages<Field> {
        let request = Request::get("_apis/wit/fields", &[]).with("$expand", "extensionFields");
        whole(self.clone(), request)
    }
}
