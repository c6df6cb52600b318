//! A repository and how the service shows it.

use std::path::PathBuf;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Actor, log::Reference};
use crate::{
    date,
    organization::{Organization, Project},
};

/// What is escaped in a segment of an address.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'/')
    .add(b'&')
    .add(b'+');

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    pub id: Uuid,
    pub project: Uuid,
    pub name: String,
    /// Where its bare repository is.
    pub directory: PathBuf,
    /// None for an empty one.
    pub default_branch: Option<String>,
    pub size: i64,
    pub disabled: bool,
    /// Disabled before anybody could read it.
    pub never_readable: bool,
    pub kind: Kind,
    pub fork_of: Option<Uuid>,
    pub(super) deleted: Option<Deletion>,
    pub(super) references: Vec<Reference>,
    /// Oldest first.
    pub(super) pushes: Vec<Push>,
}

/// What a repository is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ordinary,
    /// The code of a wiki: only shown on request.
    Wiki,
    /// A copy of a real one: what happens by itself does not happen here.
    Copied,
}

/// Who deleted a repository, and when.
#[derive(Clone, Debug)]
pub(super) struct Deletion {
    pub by: Actor,
    pub at: Timestamp,
    pub created: Timestamp,
}

/// A push.
#[derive(Clone, Debug)]
pub(super) struct Push {
    pub id: i64,
    pub at: Timestamp,
    pub by: Actor,
    pub updates: Vec<Update>,
}

/// What a push did to a ref; an id of zeros for none.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub reference: String,
    pub old: String,
    pub new: String,
}

/// How much of a repository an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// As part of a pull request in a list.
    Stub,
    /// As lists have it.
    Listed,
    /// As a single answer has it, with links.
    Whole,
}

impl Repository {
    /// True where it is there at all.
    pub(crate) fn exists(&self) -> bool {
        self.deleted.is_none()
    }

    /// True where what is below it can be read.
    pub(super) fn open(&self) -> bool {
        self.exists() && !self.disabled
    }

    /// True where the ground truth has what is below it.
    pub(super) fn readable_once(&self) -> bool {
        self.exists() && !self.never_readable
    }

    /// True where pipelines can build it.
    pub(crate) fn buildable(&self) -> bool {
        self.open() && self.kind != Kind::Wiki && self.default_branch.is_some()
    }

    /// Branches with commits that were pushed to them, oldest first.
    pub(crate) fn pushed_commits(&self) -> Vec<(String, String)> {
        let updates = self.pushes.iter().flat_map(|push| &push.updates);
        let updates = updates.filter(|update| update.new.bytes().any(|digit| digit != b'0'));
        updates
            .map(|update| (update.reference.clone(), update.new.clone()))
            .collect()
    }

    /// Branches and tags, by name; what the service keeps for itself is left out.
    pub(super) fn branches_and_tags(&self) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(|reference| {
            reference.name.starts_with("refs/heads/") || reference.name.starts_with("refs/tags/")
        })
    }

    /// The address in the REST API.
    pub(crate) fn url(&self, link: &str) -> String {
        format!("{link}/{}/_apis/git/repositories/{}", self.project, self.id)
    }

    /// The web address.
    pub(crate) fn web_url(&self, organization: &Organization, project: &Project) -> String {
        format!(
            "{}/{}/_git/{}",
            organization.link(),
            escaped(&project.name),
            escaped(&self.name)
        )
    }

    /// The addresses to clone from: by HTTPS without the user that the service puts there, and by SSH.
    pub(super) fn remote_urls(
        &self,
        organization: &Organization,
        project: &Project,
    ) -> (String, String) {
        let name = &organization.name;
        let path = format!("{name}/{}/{}", escaped(&project.name), escaped(&self.name));
        (
            self.web_url(organization, project),
            format!("git@ssh.dev.azure.com:v3/{path}"),
        )
    }

    /// The answer's object.
    pub(super) fn json(
        &self,
        organization: &Organization,
        project: &Project,
        detail: Detail,
    ) -> Value {
        let link = organization.link();
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("id", json!(self.id));
        put("name", json!(self.name));
        put("url", json!(self.url(&link)));
        if detail == Detail::Stub {
            // Lists of pull requests have a project without its state, and year 1 without a zone.
            put(
                "project",
                json!({
                    "id": project.id,
                    "name": project.name,
                    "state": "unchanged",
                    "visibility": "unchanged",
                    "lastUpdateTime": date::NEVER,
                }),
            );
            return Value::Object(members);
        }
        put("project", project.reference(&link));
        if let Some(branch) = &self.default_branch {
            put("defaultBranch", json!(branch));
        }
        put("size", json!(self.size));
        let (https, ssh) = self.remote_urls(organization, project);
        put(
            "remoteUrl",
            json!(https.replacen("https://", &format!("https://{}@", organization.name), 1)),
        );
        put("sshUrl", json!(ssh));
        put("webUrl", json!(https));
        put("isDisabled", json!(self.disabled));
        if self.fork_of.is_some() {
            put("isFork", json!(true));
        }
        put("isInMaintenance", json!(false));
        if detail == Detail::Whole {
            put("_links", self.links(&link, &https));
        }
        Value::Object(members)
    }

    fn links(&self, link: &str, web: &str) -> Value {
        let url = self.url(link);
        json!({
            "self": { "href": url },
            "project": { "href": format!("vstfs:///Classification/TeamProject/{}", self.project) },
            "web": { "href": web },
            "commits": { "href": format!("{url}/commits") },
            "refs": { "href": format!("{url}/refs") },
            "pullRequests": { "href": format!("{url}/pullRequests") },
            "items": { "href": format!("{url}/items") },
            "pushes": { "href": format!("{url}/pushes") },
        })
    }

    /// The object of a deleted repository, in the list of all or in the recycle bin.
    pub(super) fn deleted_json(
        &self,
        organization: &Organization,
        project: &Project,
    ) -> Option<Value> {
        let deletion = self.deleted.as_ref()?;
        let link = organization.link();
        Some(json!({
            "id": self.id,
            "name": self.name,
            "project": project.reference(&link),
            "deletedBy": deletion.by.reference(&link),
            "createdDate": date::sent(deletion.created),
            "deletedDate": date::sent(deletion.at),
        }))
    }
}

/// A segment of an address.
pub(super) fn escaped(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}
