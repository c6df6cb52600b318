//! Those who have a token, and what they may see.

use std::{collections::HashSet, sync::Arc};

use uuid::Uuid;

use super::{Domain, Entitlements, Identity, Licence};

/// Somebody with a token.
#[derive(Clone, Debug)]
pub struct User {
    /// What the control pages call them.
    pub role: &'static str,
    pub kind: Kind,
    /// By what Entra knows them.
    pub object_id: Uuid,
    pub identity: Identity,
    /// The PAT; empty for those who cannot have one.
    pub token: String,
    pub rights: Rights,
    /// Projects that they see listed, and whose contents refuse them.
    pub denied: HashSet<Uuid>,
    /// Projects whose contents are closed to them in the domain that is asked; see [`User::within`].
    pub(super) closed: HashSet<Uuid>,
    /// Domains of projects that they have no right to read.
    pub withheld: HashSet<(Uuid, Domain)>,
    pub licence: Licence,
    pub entitlements: Entitlements,
}

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Person,
    /// An application or a machine: it has neither a PAT nor a profile.
    ServicePrincipal,
}

/// Which projects somebody sees.
#[derive(Clone, Debug)]
pub enum Rights {
    AllBut(HashSet<Uuid>),
    Only(HashSet<Uuid>),
}

/// Whose token it is.
#[derive(Clone, Debug)]
pub enum WhoAmI {
    Member(Arc<User>),
    /// A good token of somebody who is no member of the organization.
    Stranger(Uuid),
    Unknown,
}

/// A guid that is the same in every world.
pub fn named(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("emulator {name}").as_bytes())
}

impl Kind {
    /// What the control API calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::ServicePrincipal => "service_principal",
        }
    }
}

impl User {
    /// Who asks without a credential where none is needed.
    pub fn nobody() -> Self {
        Self {
            role: "anonymous",
            kind: Kind::Person,
            object_id: Uuid::nil(),
            identity: Identity {
                id: Uuid::from_u128(0xaaaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa),
                display_name: String::from("Anonymous"),
                unique_name: String::new(),
                descriptor: String::from("s2s.QW5vbnltb3Vz"),
                is_container: false,
                inactive: false,
            },
            token: String::new(),
            rights: Rights::Only(HashSet::new()),
            denied: HashSet::new(),
            closed: HashSet::new(),
            withheld: HashSet::new(),
            licence: Licence::Basic,
            entitlements: Entitlements::None,
        }
    }

    /// Somebody who signed in and is a member of nothing.
    pub fn outsider(object_id: Uuid, name: &str, display_name: &str) -> Self {
        let nobody = Self::nobody();
        Self {
            role: "outsider",
            object_id,
            identity: Identity {
                id: object_id,
                display_name: String::from(display_name),
                unique_name: String::from(name),
                descriptor: format!("aad.{object_id}"),
                ..nobody.identity
            },
            ..nobody
        }
    }

    /// True where the project is in this user's lists.
    pub fn lists(&self, project: Uuid) -> bool {
        match &self.rights {
            Rights::AllBut(hidden) => !hidden.contains(&project),
            Rights::Only(seen) => seen.contains(&project),
        }
    }

    /// True where the project does not refuse this user as a whole.
    pub fn enters(&self, project: Uuid) -> bool {
        self.lists(project) && !self.denied.contains(&project)
    }

    /// True where the project's contents are open to this user.
    pub fn reads(&self, project: Uuid) -> bool {
        self.enters(project) && !self.closed.contains(&project)
    }

    /// Takes the project out of this user's sight.
    pub fn hide(&mut self, project: Uuid) {
        match &mut self.rights {
            Rights::AllBut(hidden) => drop(hidden.insert(project)),
            Rights::Only(seen) => drop(seen.remove(&project)),
        }
    }

    /// Brings the project into this user's sight.
    pub fn show(&mut self, project: Uuid) {
        self.denied.remove(&project);
        match &mut self.rights {
            Rights::AllBut(hidden) => drop(hidden.remove(&project)),
            Rights::Only(seen) => drop(seen.insert(project)),
        }
    }
}
