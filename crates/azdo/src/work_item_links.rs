//! Links between work items, as they are made and removed.

use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::identity::Identity;
use crate::json::{Item, Object};
use crate::paging::{Pages, by_body_token};
use crate::request::Request;

/// What became of a link. The newest row of a (source, target, relation) is its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItemLink {
    /// The parent, for `System.LinkTypes.Hierarchy`.
    pub source_id: i64,
    /// The child.
    pub target_id: i64,
    /// `System.LinkTypes.Hierarchy`, … without a suffix for the direction.
    pub rel: String,
    /// `false`: the link was removed.
    pub is_active: Option<bool>,
    /// When it was made or removed.
    pub changed_date: Option<Timestamp>,
    /// By whom.
    pub changed_by: Option<Identity>,
    /// `create`, `remove`, …
    pub changed_operation: Option<String>,
    /// What was said about it.
    pub comment: Option<String>,
    /// The project of the source.
    pub source_project_id: Option<Uuid>,
    /// The project of the target.
    pub target_project_id: Option<Uuid>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

impl Item for WorkItemLink {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            source_id: object.key_int("sourceId")?,
            target_id: object.key_int("targetId")?,
            rel: object.key_text("rel")?,
            is_active: object.bool("isActive"),
            changed_date: object.time("changedDate"),
            changed_by: object.identity("changedBy"),
            changed_operation: object.text("changedOperation"),
            comment: object.text("comment"),
            source_project_id: object.uuid("sourceProjectId"),
            target_project_id: object.uuid("targetProjectId"),
            extra: object.rest()?,
        })
    }
}

/// The feed of links of the whole organization.
#[derive(Clone, Debug)]
pub struct WorkItemLinks {
    client: Client,
    request: Request,
}

impl Client {
    /// Links of all projects, from the beginning if nothing else is said.
    pub fn work_item_links(&self) -> WorkItemLinks {
        WorkItemLinks {
            client: self.clone(),
            request: Request::get("_apis/wit/reporting/workitemlinks", &[]),
        }
    }
}

impl WorkItemLinks {
    /// Goes on where the page with this token ended.
    #[must_use]
    pub fn after(mut self, token: &str) -> Self {
        self.request.remove("startDateTime");
        self.request.set("continuationToken", token);
        self
    }

    /// The pages, in the order of change.
    pub fn pages(self) -> Pages<WorkItemLink> {
        by_body_token(self.client, self.request, None)
    }
}
