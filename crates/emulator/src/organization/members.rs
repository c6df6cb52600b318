//! The members of the organization: what each is there to show.

use std::{collections::HashSet, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use uuid::Uuid;

use super::{
    Domain, Entitlements, Identity, Kind, Licence, Organization, Rights, Role, User, named,
};

/// The tokens of those who are not the main reader.
pub const ADMINISTRATOR_PAT: &str = "administrator-sees-everything-even-what-nobody-else-does";
pub const LIMITED_PAT: &str = "limited-reads-only-the-first-project-and-the-legacy-one";
pub const STRANGER_PAT: &str = "stranger-has-a-good-token-and-is-no-member-of-this-one";
pub const STAKEHOLDER_PAT: &str = "stakeholder-has-the-licence-that-reads-work-items-alone";
pub const CONTRACTOR_PAT: &str = "contractor-is-a-reader-of-two-projects-and-of-no-third";
pub const RESTRICTED_PAT: &str = "restricted-lacks-one-right-in-each-of-three-projects";

impl Organization {
    /// The members, the main reader first.
    pub(super) fn members(&self, pat: &str) -> Vec<Arc<User>> {
        let with = |role: Role| {
            let found = self.projects.iter();
            found
                .filter(move |project| project.role == role)
                .map(|project| project.id)
        };
        let first = || with(Role::Ordinary).take(1);
        let but_vault = || Rights::AllBut(with(Role::Vault).collect());
        // One right less in each of three projects, and both kinds of code in the last.
        let withheld: HashSet<(Uuid, Domain)> = first()
            .map(|id| (id, Domain::Pipelines))
            .chain(with(Role::OddlyNamed).map(|id| (id, Domain::Git)))
            .chain(with(Role::Legacy).flat_map(|id| [(id, Domain::Boards), (id, Domain::Tfvc)]))
            .collect();
        let members = [
            User::member("reader", self.identity(0), pat, but_vault()),
            User {
                entitlements: Entitlements::All,
                ..User::member(
                    "administrator",
                    self.identity(1),
                    ADMINISTRATOR_PAT,
                    Rights::AllBut(HashSet::new()),
                )
            },
            User::member(
                "limited",
                self.identity(2),
                LIMITED_PAT,
                Rights::Only(first().chain(with(Role::Legacy)).collect()),
            ),
            User {
                licence: Licence::Stakeholder,
                ..User::member(
                    "stakeholder",
                    person("stakeholder", "Stella Stakeholder"),
                    STAKEHOLDER_PAT,
                    but_vault(),
                )
            },
            User::member(
                "contractor",
                person("contractor", "Conrad Contractor"),
                CONTRACTOR_PAT,
                Rights::Only(first().chain(with(Role::OddlyNamed)).collect()),
            ),
            User {
                withheld,
                ..User::member(
                    "restricted",
                    person("restricted", "Rita Restricted"),
                    RESTRICTED_PAT,
                    but_vault(),
                )
            },
            User::application("robot", "Robot of Fabrikam", but_vault()),
            User::application("machine", "Machine of Fabrikam", but_vault()),
        ];
        members.into_iter().map(Arc::new).collect()
    }

    fn identity(&self, number: usize) -> Identity {
        self.identities[number].clone()
    }
}

impl User {
    fn member(role: &'static str, identity: Identity, token: &str, rights: Rights) -> Self {
        Self {
            role,
            kind: Kind::Person,
            object_id: named(&format!("object {role}")),
            identity,
            token: String::from(token),
            rights,
            denied: HashSet::new(),
            closed: HashSet::new(),
            withheld: HashSet::new(),
            licence: Licence::Basic,
            entitlements: Entitlements::Own,
        }
    }

    fn application(role: &'static str, display_name: &str, rights: Rights) -> Self {
        let object_id = named(&format!("object {role}"));
        let identity = identity(role, display_name, "aadsp", object_id.to_string());
        Self {
            kind: Kind::ServicePrincipal,
            ..Self::member(role, identity, "", rights)
        }
    }
}

fn person(role: &str, display_name: &str) -> Identity {
    identity(role, display_name, "aad", format!("{role}@example.com"))
}

fn identity(role: &str, display_name: &str, prefix: &str, unique_name: String) -> Identity {
    let id = named(&format!("identity {role}"));
    Identity {
        id,
        display_name: String::from(display_name),
        unique_name,
        descriptor: format!("{prefix}.{}", STANDARD_NO_PAD.encode(id.to_string())),
        is_container: false,
        inactive: false,
    }
}
