//! What people and programs are shown. No secret has a place in it.

use std::collections::HashMap;

use credential::Description;
use jiff::Timestamp;
use serde::Serialize;
use store::connections as stored;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::grants::describe;

/// A connection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Connection {
    /// Its id.
    pub id: Uuid,
    /// Its name, unique regardless of case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// `active`, `paused`, `needs_sign_in` or `deleting`; only active ones are read.
    pub state: &'static str,
    /// Why it is not read, or soon will not be, and what to do about it.
    pub problem: Option<Problem>,
    /// How it signs in.
    pub credential: Credential,
    /// It covers all organizations that the credential can list, those too that appear later.
    pub all_organizations: bool,
    /// The organizations that it covers.
    pub organizations: Vec<Organization>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// When it was last checked what it can read.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub checked_at: Option<Timestamp>,
    /// When a dead grant is tried again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_try_at: Option<Timestamp>,
}

/// How a connection signs in, without the secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Credential {
    /// Which way.
    pub kind: String,
    /// What it is, for people.
    pub label: String,
    /// Where it is good.
    pub tenant_id: Option<Uuid>,
    /// The account of a person.
    pub account: Option<String>,
    /// The application.
    pub client_id: Option<Uuid>,
    /// Of the certificate.
    pub thumbprint: Option<String>,
    /// How near its end is.
    pub expiry: Option<Expiry>,
}

/// The end of a credential.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Expiry {
    /// When it ends, unless it is renewed.
    #[schema(value_type = String, format = DateTime)]
    pub on: Timestamp,
    /// Whole days until then; negative when it is past.
    pub days: i64,
    /// `far`, `soon` (30 days), `urgent` (7 days) or `past`.
    pub warning: &'static str,
    /// What to do before.
    pub remedy: String,
}

/// Why something is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// In one word.
    pub reason: String,
    /// In a sentence.
    pub explanation: String,
    /// What to do about it.
    pub remedy: String,
    /// Where to do it; may be empty.
    pub link: String,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Organization {
    /// Its id; none for one that does not tell.
    pub id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// `active`, or the word for what stands in the way.
    pub state: String,
    /// The same, for people.
    pub label: String,
    /// Why it is not active.
    pub explanation: String,
    /// What to do about it.
    pub remedy: String,
    /// Where to do it; may be empty.
    pub link: String,
}

/// What a connection can read of one domain of one project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Check {
    /// Organization.
    pub organization_id: Uuid,
    /// Its name.
    pub organization: String,
    /// Project.
    pub project_id: Uuid,
    /// Its name.
    pub project: String,
    /// `boards`, `git`, `pipelines` or `tfvc`.
    pub domain: String,
    /// `readable`, or the word for what stands in the way.
    pub state: String,
    /// The same, for people.
    pub label: String,
    /// What it was before it last changed; empty when it never did.
    pub former_state: String,
    /// What was asked.
    pub asked: String,
    /// What came back.
    pub answered: String,
    /// What to do about it.
    pub remedy: String,
    /// Where to do it; may be empty.
    pub link: String,
    /// When it was last asked.
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// A connection with what it can read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Checked {
    /// The connection.
    pub connection: Connection,
    /// Project by project, domain by domain.
    pub checks: Vec<Check>,
}

/// What is known of the secrets of connections: why they cannot be opened.
pub(crate) type Unopened = HashMap<Uuid, stored::Problem>;

impl Connection {
    pub(crate) fn of(connection: stored::Connection, unopened: &Unopened, now: Timestamp) -> Self {
        let credential = Credential::of(&connection.credential, now);
        let problem = problem_of(&connection, unopened, &credential);
        Self {
            id: connection.id,
            name: connection.name,
            description: connection.description,
            tags: connection.tags,
            state: connection.state.as_str(),
            problem,
            credential,
            all_organizations: connection.all_organizations,
            organizations: connection
                .organizations
                .into_iter()
                .map(Organization::of)
                .collect(),
            created_by: connection.created_by,
            created_at: connection.created_at,
            updated_at: connection.updated_at,
            checked_at: connection.checked_at,
            next_try_at: connection.next_try_at,
        }
    }
}

/// The worst of what there is to tell.
fn problem_of(
    connection: &stored::Connection,
    unopened: &Unopened,
    credential: &Credential,
) -> Option<Problem> {
    if let Some(problem) = unopened.get(&connection.id) {
        return Some(Problem::of(problem.clone()));
    }
    if !connection.problem.explanation.is_empty() {
        return Some(Problem::of(connection.problem.clone()));
    }
    let expiry = credential
        .expiry
        .as_ref()
        .filter(|expiry| expiry.warning != "far")?;
    let words = if expiry.days < 0 {
        "the credential has ended".to_owned()
    } else {
        format!("the credential ends in {} days", expiry.days)
    };
    Some(Problem {
        reason: "expiry".to_owned(),
        explanation: words,
        remedy: expiry.remedy.clone(),
        link: String::new(),
    })
}

impl Credential {
    pub(crate) fn of(credential: &serde_json::Value, now: Timestamp) -> Self {
        let text = |member: &str| {
            let value = credential.get(member).and_then(serde_json::Value::as_str);
            value.map(str::to_owned)
        };
        let guid = |member: &str| text(member)?.parse().ok();
        let description = describe(credential).ok();
        let kind = text("kind").unwrap_or_default();
        Self {
            label: description
                .as_ref()
                .map_or_else(|| kind.clone(), Description::label),
            kind,
            tenant_id: guid("tenant_id"),
            account: text("account"),
            client_id: guid("client_id"),
            thumbprint: text("thumbprint"),
            expiry: description
                .and_then(|description| description.expiry(now))
                .map(|expiry| Expiry::of(&expiry)),
        }
    }
}

impl Expiry {
    fn of(expiry: &credential::Expiry) -> Self {
        use credential::Warning;
        Self {
            on: expiry.on,
            days: expiry.days,
            warning: match expiry.warning {
                Warning::Far => "far",
                Warning::Soon => "soon",
                Warning::Urgent => "urgent",
                Warning::Past => "past",
            },
            remedy: expiry.remedy.to_owned(),
        }
    }
}

impl Problem {
    fn of(problem: stored::Problem) -> Self {
        Self {
            reason: problem.reason,
            explanation: problem.explanation,
            remedy: problem.remedy,
            link: problem.link,
        }
    }
}

impl Organization {
    pub(crate) fn of(organization: stored::Organization) -> Self {
        let state = preflight::OrganizationState::parse(&organization.state);
        let label = state.map_or(organization.state.as_str(), |state| state.label());
        Self {
            id: Some(organization.id),
            name: organization.name,
            label: label.to_owned(),
            state: organization.state,
            explanation: organization.explanation,
            remedy: organization.remedy,
            link: organization.link,
        }
    }

    pub(crate) fn reached(reached: preflight::Reached) -> Self {
        let is_active = reached.state == preflight::OrganizationState::Active;
        let unless_active = |text: String| if is_active { String::new() } else { text };
        Self {
            id: reached.organization.id,
            name: reached.organization.name,
            state: reached.state.as_str().to_owned(),
            label: reached.state.label().to_owned(),
            explanation: unless_active(reached.finding.answered),
            remedy: unless_active(reached.finding.remedy),
            link: unless_active(reached.finding.link),
        }
    }
}

impl Check {
    pub(crate) fn of(check: stored::Check) -> Self {
        let state = preflight::State::parse(&check.found.state);
        let label = state.map_or(check.found.state.as_str(), |state| state.label());
        Self {
            organization_id: check.organization,
            organization: check.organization_name,
            project_id: check.found.project,
            project: check.found.project_name,
            domain: check.found.domain,
            label: label.to_owned(),
            state: check.found.state,
            former_state: check.former_state,
            asked: check.found.asked,
            answered: check.found.answered,
            remedy: check.found.remedy,
            link: check.found.link,
            checked_at: check.checked_at,
            changed_at: check.changed_at,
        }
    }
}
