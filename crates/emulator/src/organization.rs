//! The organization: its projects, teams, identities and users, and who may see what.

mod change;
mod change_rights;
mod entitlement;
mod features;
mod identity;
mod locations;
mod make;
mod members;
mod neighbour;
mod permissions;
mod place;
mod project;
mod rights;
mod routes;
mod standing;
mod truth;
mod user;

use std::{collections::HashSet, sync::Arc};

use uuid::Uuid;

use crate::{random::Random, refusal::Refusal};

pub use self::{
    change::change,
    identity::Identity,
    members::{
        ADMINISTRATOR_PAT, CONTRACTOR_PAT, LIMITED_PAT, RESTRICTED_PAT, STAKEHOLDER_PAT,
        STRANGER_PAT,
    },
    neighbour::Neighbour,
    place::Place,
    project::{Project, Role, State, Team},
    rights::{Domain, Entitlements, Licence},
    routes::routes,
    standing::Standing,
    truth::{ENTITIES, truth},
    user::{Kind, Rights, User, WhoAmI, named},
};

pub(crate) use self::neighbour::neighbours;

/// The entities of this module, by name.
pub const PROJECTS: &str = "projects";
pub const TEAMS: &str = "teams";

/// The organization and what all domains share.
#[derive(Debug)]
pub struct Organization {
    pub id: Uuid,
    /// The tenant of Entra that it is connected to.
    pub tenant: Uuid,
    pub standing: Standing,
    pub name: String,
    /// Everybody who appears in the data; services and teams among them.
    pub identities: Vec<Identity>,
    /// All projects, whoever may see them.
    pub projects: Vec<Project>,
    pub teams: Vec<Team>,
    users: Vec<Arc<User>>,
    /// A token of somebody who is no member.
    stranger: (String, Uuid),
    /// The number of the last change of any project.
    revision: i64,
    /// What projects were before they changed, by revision.
    history: Vec<(i64, Project)>,
    /// Features that were switched off, by project.
    switched_off: HashSet<(Uuid, &'static str)>,
    random: Random,
}

impl Organization {
    /// True where this is the organization's name, in any case.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The start of links in bodies: the service's own host, wherever the emulator listens.
    pub fn link(&self) -> String {
        format!("https://dev.azure.com/{}", self.name)
    }

    /// Whose token this is.
    pub fn who_is(&self, token: &str) -> WhoAmI {
        if let Some(user) = self
            .users
            .iter()
            .find(|user| user.token == token && !token.is_empty())
        {
            return WhoAmI::Member(Arc::clone(user));
        }
        if self.stranger.0 == token {
            WhoAmI::Stranger(self.stranger.1)
        } else {
            WhoAmI::Unknown
        }
    }

    /// Who an identity of Entra is here.
    pub fn who_signed_in(&self, object_id: Uuid) -> WhoAmI {
        self.users
            .iter()
            .find(|user| user.object_id == object_id)
            .map_or(WhoAmI::Stranger(object_id), |user| {
                WhoAmI::Member(Arc::clone(user))
            })
    }

    /// The user whose rights the ground truth has, unless another is asked for.
    pub fn main_reader(&self) -> Arc<User> {
        self.users
            .first()
            .map_or_else(|| Arc::new(User::nobody()), Arc::clone)
    }

    /// The users, the main reader first.
    pub fn users(&self) -> &[Arc<User>] {
        &self.users
    }

    /// The token of somebody who is no member.
    pub fn strangers_token(&self) -> &str {
        &self.stranger.0
    }

    /// A project by its id or its present name.
    pub fn project(&self, name_or_id: &str) -> Option<&Project> {
        let id = Uuid::parse_str(name_or_id).ok();
        self.projects
            .iter()
            .find(|project| Some(project.id) == id || project.is_called(name_or_id))
    }

    /// A project by its id.
    pub fn project_by_id(&self, id: Uuid) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    /// The projects whose contents are made and served: all that are well formed.
    pub fn well_formed(&self) -> impl Iterator<Item = &Project> {
        self.projects
            .iter()
            .filter(|project| project.state == State::WellFormed)
    }

    /// A project whose contents the user may read, or how that is refused.
    pub fn project_to_read(&self, user: &User, name_or_id: &str) -> Result<&Project, Refusal> {
        let project = self
            .project(name_or_id)
            .filter(|project| user.lists(project.id))
            .ok_or_else(|| Refusal::project_missing(name_or_id))?;
        if project.state != State::WellFormed {
            return Err(Refusal::project_gone());
        }
        if !user.enters(project.id) {
            return Err(Refusal::forbidden(
                &user.identity.unique_name,
                &project.name,
            ));
        }
        Ok(project)
    }
}
