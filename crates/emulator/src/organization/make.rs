//! Makes the organization.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use jiff::SignedDuration;
use uuid::Uuid;

use super::{Identity, Organization, Project, Role, STRANGER_PAT, Standing, State, Team};
use crate::{clock, date, entra, random::Random, size::Plan};

/// Names of the ordinary projects.
const ORDINARY: [&str; 5] = [
    "Fabrikam",
    "Adventure Works",
    "Tailspin Toys",
    "Northwind Traders",
    "Wide World Importers",
];

/// A name that needs percent encoding in every way.
const ODD_NAME: &str = "Größe & Maß #1 + 50% $x";

const GIVEN_NAMES: [&str; 12] = [
    "Ada",
    "Björn",
    "Chiara",
    "Dmitri",
    "Esra",
    "Françoise",
    "Grace",
    "Hiroshi",
    "Ines",
    "José",
    "Kwame",
    "Łukasz",
];
const FAMILY_NAMES: [&str; 10] = [
    "Lovelace",
    "Ñandú",
    "O'Brien",
    "García Márquez",
    "Yılmaz",
    "Hopper",
    "van der Berg",
    "Æbelø",
    "Okonkwo",
    "Świątek",
];

impl Organization {
    pub(crate) fn make(name: &str, pat: &str, plan: &Plan, mut random: Random) -> Self {
        let id = random.guid();
        let identities = identities(plan.identities, &mut random);
        let mut organization = Self {
            id,
            tenant: entra::home_tenant(),
            standing: Standing::Active,
            name: String::from(name),
            identities,
            projects: Vec::new(),
            teams: Vec::new(),
            users: Vec::new(),
            stranger: (String::from(STRANGER_PAT), random.guid()),
            revision: 10,
            history: Vec::new(),
            switched_off: HashSet::new(),
            random,
        };
        for name in &ORDINARY[..plan.ordinary_projects.min(ORDINARY.len())] {
            organization.add_project(name, Role::Ordinary);
        }
        organization.add_project(ODD_NAME, Role::OddlyNamed);
        organization.add_project("Contoso Legacy", Role::Legacy);
        organization.add_project("Empty Quarter", Role::Empty);
        organization.add_project("Vault", Role::Vault);
        organization.add_project("Closing Down", Role::Closing);
        organization.history = organization.projects.iter().flat_map(before).collect();
        organization.users = organization.members(pat);
        organization
    }

    /// Adds a project with its teams; who sees all sees it.
    pub(crate) fn add_project(&mut self, name: &str, role: Role) -> Uuid {
        self.revision += 7;
        let id = self.random.guid();
        let default_team = self.random.guid();
        let long_ago = clock::start() - SignedDuration::from_hours(24 * 900);
        let updated = self.random.instant(long_ago, clock::start());
        let project = Project {
            id,
            name: String::from(name),
            former_names: if role == Role::Legacy {
                vec![String::from("Contoso TFVC Old")]
            } else {
                Vec::new()
            },
            description: match role {
                Role::Ordinary => Some(format!(
                    "All of {name}: <b>services</b> & \"tools\" \u{1F680}"
                )),
                Role::OddlyNamed => Some(String::from("مرحبا بالعالم\nline two\ttabbed")),
                _ => None,
            },
            role,
            state: if role == Role::Closing {
                State::Deleting
            } else {
                State::WellFormed
            },
            revision: self.revision,
            visibility: if role == Role::OddlyNamed {
                "organization"
            } else {
                "private"
            },
            last_update_time: match role {
                Role::Empty => Some(String::from(date::NEVER)),
                Role::Closing => None,
                _ => Some(date::sent(updated)),
            },
            default_team,
            tfvc: matches!(role, Role::Legacy | Role::Vault),
            git: role != Role::Empty,
        };
        self.projects.push(project);
        self.add_team(
            default_team,
            &format!("{name} Team"),
            "The default project team.",
            id,
        );
        if matches!(role, Role::Ordinary | Role::OddlyNamed) {
            let team = self.random.guid();
            self.add_team(team, "R&D / 50% \"Ångström\" #2", "", id);
        }
        id
    }

    fn add_team(&mut self, id: Uuid, name: &str, description: &str, project: Uuid) {
        let members = (0..self.identities.len())
            .filter(|_| self.random.chance(40))
            .collect();
        let team = Team {
            id,
            name: String::from(name),
            description: String::from(description),
            project,
            members,
        };
        self.teams.push(team);
    }
}

/// What a renamed project was before.
fn before(project: &Project) -> Vec<(i64, Project)> {
    let former = |name: &String| {
        (
            project.revision - 3,
            Project {
                name: name.clone(),
                ..project.clone()
            },
        )
    };
    project.former_names.iter().map(former).collect()
}

fn identities(count: usize, random: &mut Random) -> Vec<Identity> {
    let mut identities: Vec<Identity> = (0..count).map(|number| person(number, random)).collect();
    identities.push(Identity {
        id: Uuid::from_u128(0x0000_0002_0000_8888_8000_0000_0000_0000),
        display_name: String::from("Microsoft.VisualStudio.Services.TFS"),
        unique_name: String::from("00000002-0000-8888-8000-000000000000@2c895908-04e0-4952-89fd-54b0046d6288"),
        descriptor: String::from("s2s.MDAwMDAwMDItMDAwMC04ODg4LTgwMDAtMDAwMDAwMDAwMDAwQDJjODk1OTA4LTA0ZTAtNDk1Mi04OWZkLTU0YjAwNDZkNjI4OA"),
        is_container: false,
        inactive: false,
    });
    identities
}

fn person(number: usize, random: &mut Random) -> Identity {
    let id = random.guid();
    let given = GIVEN_NAMES[number % GIVEN_NAMES.len()];
    let family = FAMILY_NAMES[(number + number / GIVEN_NAMES.len()) % FAMILY_NAMES.len()];
    // What the service writes for a unique name is mostly, and not always, an e-mail.
    let (prefix, unique_name) = match number % 12 {
        9 => ("msa", String::new()),
        10 => ("svc", id.to_string()),
        11 => ("win", format!("FABRIKAM\\user{number}")),
        _ => ("aad", format!("user{number}@example.com")),
    };
    Identity {
        id,
        display_name: format!("{given} {family}"),
        unique_name,
        descriptor: format!("{prefix}.{}", STANDARD_NO_PAD.encode(id.to_string())),
        is_container: false,
        inactive: number % 12 == 7,
    }
}
