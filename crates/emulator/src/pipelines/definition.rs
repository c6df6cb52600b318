//! A build definition and how the service shows it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{date, git::Actor, organization::Project};

/// A definition.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub id: i64,
    pub project: Uuid,
    pub name: String,
    /// The folder, with backslashes.
    pub path: String,
    pub revision: i64,
    pub queue_status: &'static str,
    pub is_draft: bool,
    pub created: Timestamp,
    pub authored_by: Actor,
    /// The YAML file; none for a definition of the designer.
    pub yaml: Option<String>,
    pub source: Source,
    /// None where an administrator took the queue away.
    pub queue: Option<Queue>,
    pub triggers: Value,
    pub variables: Value,
}

/// Where a definition takes its files from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub id: String,
    /// `TfsGit`, `TfsVersionControl` or `GitHub`.
    pub kind: &'static str,
    pub name: String,
    pub url: String,
    pub default_branch: String,
}

/// An agent queue and its pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Queue {
    pub id: i64,
    pub name: &'static str,
    pub pool: i64,
    pub is_hosted: bool,
}

impl Queue {
    fn json(self, link: &str) -> Value {
        let url = format!("{link}/_apis/build/Queues/{}", self.id);
        json!({
            "_links": { "self": { "href": url } },
            "id": self.id,
            "name": self.name,
            "url": url,
            "pool": self.pool_json(),
        })
    }

    fn pool_json(self) -> Value {
        if self.is_hosted {
            json!({ "id": self.pool, "name": self.name, "isHosted": true })
        } else {
            json!({ "id": self.pool, "name": self.name })
        }
    }

    /// As builds show it.
    pub(super) fn of_build(self) -> Value {
        json!({ "id": self.id, "name": self.name, "pool": self.pool_json() })
    }
}

impl Definition {
    /// The address in the REST API.
    pub(super) fn url(&self, link: &str) -> String {
        format!(
            "{link}/{}/_apis/build/Definitions/{}?revision={}",
            self.project, self.id, self.revision
        )
    }

    /// The name in links between services.
    pub(super) fn uri(&self) -> String {
        format!("vstfs:///Build/Definition/{}", self.id)
    }

    /// The service's number of the kind of process.
    pub(super) fn process_type(&self) -> i64 {
        if self.yaml.is_some() { 2 } else { 1 }
    }

    /// What builds show of it.
    pub(super) fn stub(&self, project: &Project, link: &str) -> Map<String, Value> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("drafts", json!([]));
        put("id", json!(self.id));
        put("name", json!(self.name));
        put("url", json!(self.url(link)));
        put("uri", json!(self.uri()));
        put("path", json!(self.path));
        put("type", json!("build"));
        put("queueStatus", json!(self.queue_status));
        put("revision", json!(self.revision));
        put("project", project.reference(link));
        members
    }

    /// The answer's object; `whole` has what the list leaves out unless asked for all properties.
    pub(super) fn json(&self, project: &Project, link: &str, whole: bool) -> Value {
        let mut members = self.stub(project, link);
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        let base = format!("{link}/{}", self.project);
        put(
            "_links",
            json!({
                "self": { "href": self.url(link) },
                "web": { "href": format!("{base}/_build/definition?definitionId={}", self.id) },
                "editor": { "href": format!("{base}/_build/designer?id={}&_a=edit-build-definition", self.id) },
                "badge": { "href": format!("{base}/_apis/build/status/{}", self.id) },
            }),
        );
        put(
            "quality",
            json!(if self.is_draft { "draft" } else { "definition" }),
        );
        put("authoredBy", self.authored_by.reference(link));
        put("createdDate", json!(date::sent(self.created)));
        if let Some(queue) = self.queue {
            put("queue", queue.json(link));
        }
        if !whole {
            return Value::Object(members);
        }
        put("process", self.process());
        put("repository", self.source.json());
        put("triggers", self.triggers.clone());
        put("variables", self.variables.clone());
        put("properties", json!({}));
        put("tags", json!([]));
        put("jobAuthorizationScope", json!("projectCollection"));
        put("buildNumberFormat", json!("$(date:yyyyMMdd)$(rev:.r)"));
        Value::Object(members)
    }

    fn process(&self) -> Value {
        if let Some(file) = &self.yaml {
            return json!({ "yamlFilename": file, "type": 2 });
        }
        let step = json!({
            "environment": {},
            "enabled": true,
            "continueOnError": false,
            "displayName": "Build solution **\\*.sln",
            "task": { "id": "71a9a2d3-a98a-4caa-96ab-affca411ecda", "versionSpec": "1.*", "definitionType": "task" },
            "inputs": { "solution": "**\\*.sln" },
        });
        let phase = json!({ "steps": [step], "name": "Agent job 1", "refName": "Job_1", "jobAuthorizationScope": 1 });
        json!({ "phases": [phase], "type": 1 })
    }
}

impl Source {
    fn json(&self) -> Value {
        json!({
            "properties": { "reportBuildStatus": "true", "fetchDepth": "1" },
            "id": self.id,
            "type": self.kind,
            "name": self.name,
            "url": self.url,
            "defaultBranch": self.default_branch,
            "clean": null,
            "checkoutSubmodules": false,
        })
    }

    /// As builds show it.
    pub(super) fn of_build(&self) -> Value {
        json!({
            "id": self.id,
            "type": self.kind,
            "name": self.name,
            "url": self.url,
            "clean": null,
            "checkoutSubmodules": false,
        })
    }
}
