//! Build definitions: the pipelines.

use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::identity::Identity;
use crate::json::{Item, Object};
use crate::paging::{Order, Pages, by_header_token};
use crate::request::Request;

/// A pipeline, in YAML or made with the designer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Unique in the organization.
    pub id: i64,
    /// Its current name; others in other folders may have the same.
    pub name: Option<String>,
    /// Its folder, `\` for none.
    pub path: Option<String>,
    /// Grows with every change.
    pub revision: Option<i64>,
    /// `build` or `xaml`.
    pub r#type: Option<String>,
    /// `definition` or `draft`.
    pub quality: Option<String>,
    /// `enabled`, `paused`, `disabled`.
    pub queue_status: Option<String>,
    /// Who made this revision.
    pub authored_by: Option<Identity>,
    /// When this revision was made.
    pub created_date: Option<Timestamp>,
    /// Its project.
    pub project_id: Option<Uuid>,
    /// 2 for YAML, 1 for the designer.
    pub process_type: Option<i64>,
    /// Where its YAML is.
    pub process_yaml_filename: Option<String>,
    /// What it builds: a guid for Azure Repos, else a name.
    pub repository_id: Option<String>,
    /// `TfsGit`, `TfsVersionControl`, `GitHub`, …
    pub repository_type: Option<String>,
    /// The repository's name.
    pub repository_name: Option<String>,
    /// What it builds if nothing else is said.
    pub repository_default_branch: Option<String>,
    /// The pool's queue that it runs on.
    pub queue_id: Option<i64>,
    /// The queue's name.
    pub queue_name: Option<String>,
    /// What starts it: a JSON list.
    pub triggers: Option<String>,
    /// `vstfs:///Build/Definition/…`
    pub uri: Option<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here, but no variables: a JSON object.
    pub extra: String,
}

impl Item for Definition {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        // People put passwords into variables without marking them secret.
        object.discard("variables");
        object.discard("variableGroups");
        let mut project = object.nested("project");
        let mut repository = object.nested("repository");
        let mut queue = object.nested("queue");
        let mut process = object.look_into("process");
        let mut repository_text =
            |name: &str| repository.as_mut().and_then(|object| object.text(name));
        Ok(Self {
            id: object.key_int("id")?,
            name: object.text("name"),
            path: object.text("path"),
            revision: object.int("revision"),
            r#type: object.text("type"),
            quality: object.text("quality"),
            queue_status: object.text("queueStatus"),
            authored_by: object.identity("authoredBy"),
            created_date: object.time("createdDate"),
            project_id: project.as_mut().and_then(|project| project.uuid("id")),
            process_type: process.as_mut().and_then(|process| process.int("type")),
            process_yaml_filename: process
                .as_mut()
                .and_then(|process| process.text("yamlFilename")),
            repository_id: repository_text("id"),
            repository_type: repository_text("type"),
            repository_name: repository_text("name"),
            repository_default_branch: repository_text("defaultBranch"),
            queue_id: queue.as_mut().and_then(|queue| queue.int("id")),
            queue_name: queue.as_mut().and_then(|queue| queue.text("name")),
            triggers: object.json("triggers"),
            uri: object.text("uri"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Client {
    /// All pipelines of a project.
    pub fn definitions(&self, project: Uuid) -> Pages<Definition> {
        let request = Request::get("{project}/_apis/build/definitions", &[&project.to_string()])
            .with("queryOrder", "lastModifiedDescending")
            .with("includeAllProperties", true)
            .with("includeLatestBuilds", false)
            .with("$top", 1000);
        by_header_token(self.clone(), request, Order::Whole)
    }
}
