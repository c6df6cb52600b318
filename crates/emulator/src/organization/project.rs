//! Projects and teams.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What a project is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Holds most of the data.
    Ordinary,
    /// An ordinary one whose name needs every kind of percent encoding.
    OddlyNamed,
    /// Has TFVC and was renamed.
    Legacy,
    /// Has nothing in it.
    Empty,
    /// Nobody but the administrator sees it.
    Vault,
    /// Is being deleted: listed for `stateFilter=all`, and its contents are gone.
    Closing,
    /// Came by a change.
    Later,
}

/// The state of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    WellFormed,
    Deleting,
    Deleted,
}

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    pub id: Uuid,
    pub name: String,
    pub former_names: Vec<String>,
    pub description: Option<String>,
    pub role: Role,
    pub state: State,
    /// Grows with every change of any project of the organization.
    pub revision: i64,
    pub visibility: &'static str,
    /// As it is written: absent and year 1 occur.
    pub last_update_time: Option<String>,
    pub default_team: Uuid,
    pub tfvc: bool,
    pub git: bool,
}

/// A team of a project.
#[derive(Clone, Debug)]
pub struct Team {
    pub id: Uuid,
    pub name: String,
    pub description: String,
    pub project: Uuid,
    /// Positions in the organization's identities.
    pub members: Vec<usize>,
}

impl State {
    /// The service's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::WellFormed => "wellFormed",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }
}

impl Project {
    /// True where this is the project's present name, in any case.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.to_lowercase() == name.to_lowercase()
    }

    /// True where repositories, builds, work items and changesets are made for it.
    pub fn has_contents(&self) -> bool {
        matches!(
            self.role,
            Role::Ordinary | Role::OddlyNamed | Role::Legacy | Role::Vault
        )
    }

    /// The reference that records carry, as lists of projects have it.
    pub fn reference(&self, link: &str) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
        put("id", json!(self.id));
        put("name", json!(self.name));
        if let Some(description) = &self.description {
            put("description", json!(description));
        }
        put("url", json!(format!("{link}/_apis/projects/{}", self.id)));
        put("state", json!(self.state.word()));
        put("revision", json!(self.revision));
        put("visibility", json!(self.visibility));
        if let Some(time) = &self.last_update_time {
            put("lastUpdateTime", json!(time));
        }
        Value::Object(members)
    }
}
