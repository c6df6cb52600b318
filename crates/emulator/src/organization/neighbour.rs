//! Small organizations beside the main one: each is there for how it answers, and has next to nothing in it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Standing, User,
    entitlement::{Holder, entitlement},
    named,
    routes::connection_data_of,
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    entra::{foreign_tenant, home_tenant},
    refusal::Refusal,
};

/// Those who find the neighbours in their lists.
const EVERYBODY: [&str; 2] = ["reader", "administrator"];

/// The applications and machines that are members of all of them.
const APPLICATIONS: [&str; 2] = ["robot", "machine"];

/// A small organization.
#[derive(Clone, Debug)]
pub struct Neighbour {
    pub id: Uuid,
    pub name: &'static str,
    /// What it is connected to.
    pub tenant: Uuid,
    pub standing: Standing,
    /// A PAT of it.
    pub pat: String,
    /// The roles of the accounts that find it in their lists.
    pub listed_for: &'static [&'static str],
    /// Id and name of its one project.
    project: (Uuid, String),
}

/// The neighbours: the name says how each stands.
pub(crate) fn neighbours() -> Vec<Neighbour> {
    [
        ("tailspin", Standing::Active),
        ("tailspin-inactive", Standing::Inactive),
        ("tailspin-policy-off", Standing::PolicyOff),
        ("tailspin-conditional-access", Standing::ConditionalAccess),
        ("tailspin-address-blocked", Standing::AddressBlocked),
        ("tailspin-microsoft-account", Standing::MicrosoftAccount),
        ("tailspin-not-a-member", Standing::NotAMember),
        ("woodgrove", Standing::Active),
    ]
    .into_iter()
    .map(|(name, standing)| Neighbour {
        id: named(&format!("organization {name}")),
        name,
        tenant: if name == "woodgrove" {
            foreign_tenant()
        } else {
            home_tenant()
        },
        standing,
        pat: format!("token-of-{name}-and-of-no-other-organization"),
        listed_for: if name == "woodgrove" {
            &["reader", "administrator", "foreigner"]
        } else {
            &EVERYBODY
        },
        project: (
            named(&format!("project {name}")),
            format!("Project of {name}"),
        ),
    })
    .collect()
}

impl Neighbour {
    /// True where this is the organization's name, in any case.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// True for somebody of this role.
    pub fn admits(&self, role: &str) -> bool {
        self.listed_for.contains(&role) || APPLICATIONS.contains(&role)
    }

    /// Somebody as this organization knows them.
    pub fn user(&self, object_id: Uuid, name: &str, display_name: &str) -> User {
        let mut user = User::outsider(object_id, name, display_name);
        user.identity.id = named(&format!("identity {object_id} of {}", self.name));
        user
    }

    fn link(&self) -> String {
        format!("https://dev.azure.com/{}", self.name)
    }

    fn reference(&self) -> Value {
        let (id, name) = &self.project;
        json!({
            "id": id,
            "name": name,
            "url": format!("{}/_apis/projects/{id}", self.link()),
            "state": "wellFormed",
            "revision": 11,
            "visibility": "private",
            "lastUpdateTime": "2026-01-05T08:00:00Z",
        })
    }

    /// Answers in place of the main organization's handler: with itself, its project, and nothing in that.
    pub(crate) fn answer(&self, context: &Context) -> Reply {
        let path = context.target.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').skip(3).collect();
        let place = parts.iter().position(|part| *part == "_apis").unwrap_or(0);
        let resource = parts.get(place + 1..).unwrap_or_default();
        if place > 0 && !self.is_project(context.parameter("project")) {
            return Err(Refusal::project_missing(context.parameter("project")));
        }
        match resource {
            ["connectiondata", ..] => {
                context.preview_only()?;
                Ok(connection_data_of(self.id, &context.caller))
            }
            ["projects"] => Ok(Answer::list(&[self.reference()])),
            ["projects", ..] if !self.is_project(context.parameter("name")) => {
                Err(Refusal::project_missing(context.parameter("name")))
            }
            ["projects", _] => Ok(Answer::json(&self.reference())),
            ["security", "permissionevaluationbatch"] => self.evaluate(context),
            ["userentitlements" | "serviceprincipalentitlements", id] => {
                let own = context.caller.identity.id;
                if Uuid::parse_str(id) == Ok(own) {
                    Ok(Answer::json(&entitlement(&Holder::of(
                        &context.caller,
                        self.tenant,
                        self.name,
                    ))))
                } else {
                    Err(Refusal::administrators_only())
                }
            }
            ["wit", "classificationnodes", structure] => Ok(Answer::json(&json!({
                "id": 1,
                "identifier": named(&format!("{structure} {}", self.name)),
                "name": self.project.1,
                "structureType": structure.trim_end_matches('s'),
                "hasChildren": false,
                "path": format!("\\{}\\{structure}", self.project.1),
            }))),
            ["wit", "reporting", feed] => Ok(Answer::json(&json!({
                "values": [],
                "nextLink": format!("{}/_apis/wit/reporting/{feed}?continuationToken=1;1;1", self.link()),
                "continuationToken": "1;1;1",
                "isLastBatch": true,
            }))),
            _ => Ok(Answer::list(&[])),
        }
    }

    fn is_project(&self, name: &str) -> bool {
        let (id, known) = &self.project;
        Uuid::parse_str(name) == Ok(*id) || known.eq_ignore_ascii_case(name)
    }

    fn evaluate(&self, context: &Context) -> Reply {
        let mut body: Value = context.read_body()?;
        for evaluation in body["evaluations"].as_array_mut().into_iter().flatten() {
            let token = evaluation["token"].as_str().unwrap_or_default();
            let (id, name) = &self.project;
            let value = token.contains(&id.to_string()) || token == format!("$/{name}");
            evaluation["value"] = Value::Bool(value);
        }
        Ok(Answer::json(&body))
    }
}
