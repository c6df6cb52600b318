//! Projects.

use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::json::{Item, Object, single};
use crate::paging::{Order, Pages, by_header_token};
use crate::request::Request;

/// A project, in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Survives renames.
    pub id: Uuid,
    /// Its current name.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// `wellFormed`, `deleting`, `new`, `createPending`, `deleted`, …
    pub state: Option<String>,
    /// Grows with every change of any project of the organization.
    pub revision: Option<i64>,
    /// `private`, `organization`, `public`.
    pub visibility: Option<String>,
    /// When it was changed.
    pub last_update_time: Option<Timestamp>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// What asking for one thing by its id has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence<T> {
    /// It is there.
    There(T),
    /// It is surely gone: the service says so of an id that it knew.
    Gone,
    /// It is gone or may not be seen; the service does not tell which.
    Hidden,
}

impl Item for Project {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            id: object.key_uuid("id")?,
            name: object.text("name"),
            description: object.text("description"),
            state: object.text("state"),
            revision: object.int("revision"),
            visibility: object.text("visibility"),
            last_update_time: object.time("lastUpdateTime"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Client {
    /// All projects in all states. What the credential may not see is silently left out.
    pub fn projects(&self) -> Pages<Project> {
        let request = Request::get("_apis/projects", &[])
            .with("stateFilter", "all")
            .with("$top", 1000);
        by_header_token(self.clone(), request, Order::Whole)
    }

    /// Asks for one project that a listing no longer shows.
    pub async fn project(&self, id: Uuid) -> Result<Presence<Project>, Error> {
        let request = Request::get("_apis/projects/{project}", &[&id.to_string()]);
        match self.read(&request, single::<Project>).await {
            Ok((project, _)) if is_gone(&project) => Ok(Presence::Gone),
            Ok((project, _)) => Ok(Presence::There(project)),
            Err(Error::Gone(_)) => Ok(Presence::Gone),
            // Only the 404 that names the project is a proof; the bare one is also how a missing
            // right looks. A 401 for one project means either, while the connection test succeeds:
            // whether it does is the caller's to find out, so it stays an error.
            Err(Error::NotFound(explanation)) if says_it_is_gone(&explanation) => {
                Ok(Presence::Gone)
            }
            Err(Error::NotFound(_) | Error::Forbidden(_)) => Ok(Presence::Hidden),
            Err(error) => Err(error),
        }
    }
}

fn is_gone(project: &Project) -> bool {
    matches!(project.state.as_deref(), Some("deleted" | "deleting"))
}

/// VS800075 (`ProjectDoesNotExistException`) is no proof: "does not exist, or you do not have permission to access it".
fn says_it_is_gone(explanation: &crate::explanation::Explanation) -> bool {
    explanation.code.as_deref() == Some("TF200016")
        || explanation.type_key.as_deref() == Some("ProjectDoesNotExistWithNameException")
}
