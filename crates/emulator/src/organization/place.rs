//! Where a request goes: the main organization, or a neighbour.

use std::sync::Arc;

use uuid::Uuid;

use super::{Kind, Neighbour, Standing, User, WhoAmI};
use crate::{
    entra::{Entra, Principal},
    refusal::Refusal,
    world::World,
};

/// An organization as whoever calls it meets it.
#[derive(Debug)]
pub struct Place<'w> {
    world: &'w World,
    name: &'w str,
    standing: Standing,
    /// What it is connected to, whatever it says.
    connected: Uuid,
    neighbour: Option<&'w Neighbour>,
}

impl World {
    /// The organization of this name.
    pub fn place(&self, name: &str) -> Option<Place<'_>> {
        let main = &self.organization;
        if main.is_called(name) {
            return Some(Place {
                world: self,
                name: &main.name,
                standing: main.standing,
                connected: main.tenant,
                neighbour: None,
            });
        }
        self.neighbour(name).map(|neighbour| Place {
            world: self,
            name: neighbour.name,
            standing: neighbour.standing,
            connected: neighbour.tenant,
            neighbour: Some(neighbour),
        })
    }

    /// The neighbour of this name.
    pub fn neighbour(&self, name: &str) -> Option<&Neighbour> {
        self.neighbours
            .iter()
            .find(|neighbour| neighbour.is_called(name))
    }
}

impl Place<'_> {
    /// The tenant that it tells of; the all-zero one where there is none.
    pub fn tenant(&self) -> Uuid {
        self.standing.tenant(self.connected)
    }

    /// Refuses everybody, where that is how it stands.
    pub fn check_all(&self) -> Result<(), Refusal> {
        self.standing.check_all(self.name)
    }

    /// Refuses somebody that it knows, where that is how it stands.
    pub fn check_known(&self, user: &User) -> Result<(), Refusal> {
        self.standing.check_known(user.object_id, self.tenant())
    }

    /// Who has this token, or this identity, here.
    pub fn who(&self, token: &str, principal: Option<&Principal>) -> WhoAmI {
        let Some(principal) = principal else {
            return match self.neighbour {
                None => self.world.organization.who_is(token),
                Some(neighbour) if neighbour.pat == token => self.visitor(neighbour, "reader"),
                Some(_) => WhoAmI::Unknown,
            };
        };
        // The same answer as to an expired token: only another organization can tell the two apart.
        let is_nothing = match self.standing {
            Standing::MicrosoftAccount => true,
            Standing::PolicyOff => principal.is_user,
            _ => false,
        };
        if is_nothing {
            return WhoAmI::Unknown;
        }
        let id = principal.object_id;
        if principal.tenant != self.connected {
            return WhoAmI::Stranger(id);
        }
        let Some(neighbour) = self.neighbour else {
            return self.world.organization.who_signed_in(id);
        };
        match role_of(&self.world.entra, id) {
            Some(role) if neighbour.admits(role) => self.visitor(neighbour, role),
            _ => WhoAmI::Stranger(id),
        }
    }

    /// Somebody of this role, as a neighbour knows them.
    fn visitor(&self, neighbour: &Neighbour, role: &str) -> WhoAmI {
        let directory = &self.world.entra.directory;
        let account = directory
            .accounts
            .iter()
            .find(|account| account.role == role);
        let user = if let Some(account) = account {
            neighbour.user(account.object_id, &account.name, &account.display_name)
        } else {
            let id = super::named(&format!("object {role}"));
            User {
                kind: Kind::ServicePrincipal,
                ..neighbour.user(id, &id.to_string(), role)
            }
        };
        WhoAmI::Member(Arc::new(user))
    }
}

/// What the control API calls an identity.
fn role_of(entra: &Entra, object_id: Uuid) -> Option<&str> {
    let directory = &entra.directory;
    let accounts = directory
        .accounts
        .iter()
        .map(|known| (known.role.as_str(), known.object_id));
    let applications = directory
        .applications
        .iter()
        .map(|known| (known.role, known.object_id));
    let machines = directory
        .managed_identities
        .iter()
        .map(|known| (known.role, known.object_id));
    accounts
        .chain(applications)
        .chain(machines)
        .find(|(_, id)| *id == object_id)
        .map(|(role, _)| role)
}
