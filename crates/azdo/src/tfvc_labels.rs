//! Labels of TFVC.

use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::identity::Identity;
use crate::json::{Item, Object};
use crate::paging::{Order, Pages, Skip, by_skip};
use crate::request::Request;

/// A label. It can be changed and deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TfvcLabel {
    /// Unique in the organization.
    pub id: i64,
    /// Unique within its scope.
    pub name: Option<String>,
    /// `$/Project`
    pub label_scope: Option<String>,
    /// What it stands for.
    pub description: Option<String>,
    /// Whose it is.
    pub owner: Option<Identity>,
    /// When it was changed.
    pub modified_date: Option<Timestamp>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

impl Item for TfvcLabel {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            id: object.key_int("id")?,
            name: object.text("name"),
            label_scope: object.text("labelScope"),
            description: object.text("description"),
            owner: object.identity("owner"),
            modified_date: object.time("modifiedDate"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Client {
    /// All labels of a project.
    pub fn tfvc_labels(&self, project: Uuid) -> Pages<TfvcLabel> {
        let request = Request::get("{project}/_apis/tfvc/labels", &[&project.to_string()]);
        let skip = Skip {
            top: 1000,
            overlap: 10,
            ..Skip::default()
        };
        by_skip(
            self.clone(),
            request,
            Order::Whole,
            skip,
            |label: &TfvcLabel| label.id.to_string(),
        )
    }
}
