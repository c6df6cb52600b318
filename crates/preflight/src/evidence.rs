//! All that is known when a finding is decided.

use azdo::{Explanation, OrganizationName};
use uuid::Uuid;

use crate::options::{CredentialKind, Proof};
use crate::state::Domain;

/// What was asked, by whom, and what came back.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Whom we asked; none where the question belongs to no organization.
    pub organization: Option<&'a OrganizationName>,
    /// Of which project; none where the organization was asked.
    pub project: Option<Uuid>,
    /// What kind of credential it was asked with.
    pub credential: CredentialKind,
    /// The Entra tenant that issued it, where one did.
    pub tenant: Option<Uuid>,
    /// What another question with the same credential has shown.
    pub proof: Proof,
    /// What it is about.
    pub question: Question,
    /// Methods and paths, without the host.
    pub asked: &'a str,
    /// What came back.
    pub answer: Answer<'a>,
    /// What the evaluation of permissions says; `None`: it says nothing.
    pub right: Option<bool>,
    /// What rights are worth.
    pub licence: Licence,
    /// In a public project, a Stakeholder reads all.
    pub is_public: bool,
}

/// What is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Who the user is, and to which organizations the user belongs.
    Profile,
    /// Whether the organization accepts the credential.
    Connection,
    /// Which projects it shows.
    Projects,
    /// Whether a project shows this domain.
    Domain(Domain),
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// So many things, none among the possible.
    Shown(usize),
    /// A listing of all projects shows nothing of this one; `others`: of all others together.
    NotListed {
        /// How many things the listing shows.
        others: usize,
    },
    /// Another project gave this answer; this one was not asked.
    ShownElsewhere(usize),
    /// A welcome to nobody: the credential was overlooked.
    Anonymous,
    /// A refusal.
    Refused(&'a azdo::Error),
    /// The refusal of other projects, or of all at once.
    RefusedElsewhere(&'a azdo::Error),
    /// Nothing came in the time allowed.
    Silence,
    /// It was not asked.
    NotAsked,
}

/// The access level of the identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Licence {
    /// It could not be read; mostly only administrators can.
    #[default]
    Unknown,
    /// Reads no code.
    Stakeholder,
    /// Basic or better.
    Enough,
}

impl<'a> Answer<'a> {
    pub(crate) fn error(&self) -> Option<&'a azdo::Error> {
        match self {
            Self::Refused(error) | Self::RefusedElsewhere(error) => Some(error),
            _ => None,
        }
    }
}

/// All the words of a refusal, in small letters: of HTML pages the header says more than the title.
pub(crate) fn words(explanation: &Explanation) -> String {
    let service_error = explanation.service_error.as_deref().unwrap_or_default();
    format!("{} {service_error}", explanation.message).to_lowercase()
}
