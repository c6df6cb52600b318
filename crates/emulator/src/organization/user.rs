//! Those who have a token, and what they may see.

use std::{collections::HashSet, sync::Arc};

use uuid::Uuid;

use super::Identity;

/// Somebody with a token.
#[derive(Clone, Debug)]
pub struct User {
    /// What the control pages call them.
    pub role: &'static str,
    pub identity: Identity,
    pub token: String,
    pub rights: Rights,
    /// Projects that they see listed, and whose contents refuse them.
    pub denied: HashSet<Uuid>,
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

impl User {
    /// Who asks without a credential where none is needed.
    pub fn nobody() -> Self {
        Self {
            role: "anonymous",
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
        }
    }

    /// True where the project is in this user's lists.
    pub fn lists(&self, project: Uuid) -> bool {
        match &self.rights {
            Rights::AllBut(hidden) => !hidden.contains(&project),
            Rights::Only(seen) => seen.contains(&project),
        }
    }

    /// True where the project's contents are open to this user.
    pub fn reads(&self, project: Uuid) -> bool {
        self.lists(project) && !self.denied.contains(&project)
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
