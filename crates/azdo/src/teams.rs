//! Teams, of all projects at once.

use uuid::Uuid;

use crate::client::Client;
use crate::json::{Item, Object};
use crate::paging::{Order, Pages, Skip, by_skip};
use crate::request::Request;

/// A team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Survives renames.
    pub id: Uuid,
    /// Its current name.
    pub name: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Whose team it is.
    pub project_id: Option<Uuid>,
    /// The project's current name.
    pub project_name: Option<String>,
    /// Where its identity is found.
    pub identity_url: Option<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

impl Item for Team {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let url = object.text("url");
        Ok(Self {
            id: object.key_uuid("id")?,
            name: object.text("name"),
            description: object.text("description"),
            // Older answers name the project only in the address.
            project_id: object
                .uuid("projectId")
                .or_else(|| project_in(url.as_deref()?)),
            project_name: object.text("projectName"),
            identity_url: object.text("identityUrl"),
            url,
            extra: object.rest()?,
        })
    }
}

fn project_in(url: &str) -> Option<Uuid> {
    let after = url.split("/projects/").nth(1)?;
    after.split('/').next()?.parse().ok()
}

impl Client {
    /// All teams of the organization: one listing in place of one per project.
    pub fn teams(&self) -> Pages<Team> {
        let request = Request::get("_apis/teams", &[]).version("7.1-preview.3");
        let skip = Skip {
            top: 1000,
            overlap: 10,
            ..Skip::default()
        };
        by_skip(self.clone(), request, Order::Whole, skip, |team: &Team| {
            team.id.to_string()
        })
    }
}
