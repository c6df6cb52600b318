//! What a caller has to decide about.

use crate::credential::CredentialError;
use crate::explanation::Explanation;
use crate::git;

/// Why something could not be read. What a repetition can cure was repeated before.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Re-authenticate, or find out by `connection_data` whether only this scope is refused: the
    /// same 401 means a dead token, a policy, a kind of token that is not allowed, or a project
    /// that is gone.
    #[error("not authorized: {0}")]
    Unauthorized(Box<Explanation>),
    /// Skip the scope: the credential is known and has no right here.
    #[error("forbidden: {0}")]
    Forbidden(Box<Explanation>),
    /// Skip the scope: not there, or not visible.
    #[error("not found: {0}")]
    NotFound(Box<Explanation>),
    /// Stop asking: this will not come back.
    #[error("gone: {0}")]
    Gone(Box<Explanation>),
    /// Come back later: over the limit in every try.
    #[error("throttled: {0}")]
    Throttled(Box<Explanation>),
    /// Come back later: the service failed, or nothing was heard of it, in every try.
    #[error("unavailable: {0}")]
    Unavailable(Box<Explanation>),
    /// Stop all work for this organization: it was deactivated for inactivity.
    #[error("the organization is inactive: {0}")]
    OrganizationInactive(Box<Explanation>),
    /// Ask differently; the explanation's code says why (`VS402337`: too many results).
    #[error("refused: {0}")]
    BadRequest(Box<Explanation>),
    /// Report: an answer that is no answer to the question. Never to be taken for "nothing there".
    #[error("unreadable answer: {0}")]
    Unreadable(Box<Explanation>),
    /// Ask for less: the decoded body is larger than what is accepted.
    #[error("answer too large: {0}")]
    TooLarge(Box<Explanation>),
    /// Stop this listing and keep what was read: the service gives the same page again and again.
    #[error("endless listing: {0}")]
    Endless(Box<Explanation>),
    /// The authorization itself could not be had.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The git program or the remote failed.
    #[error("git: {0}")]
    Git(#[from] git::Failure),
}

impl Error {
    /// What is known about it, where Azure DevOps was asked.
    pub fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::Unauthorized(explanation)
            | Self::Forbidden(explanation)
            | Self::NotFound(explanation)
            | Self::Gone(explanation)
            | Self::Throttled(explanation)
            | Self::Unavailable(explanation)
            | Self::OrganizationInactive(explanation)
            | Self::BadRequest(explanation)
            | Self::Unreadable(explanation)
            | Self::TooLarge(explanation)
            | Self::Endless(explanation) => Some(explanation),
            Self::Credential(_) | Self::Git(_) => None,
        }
    }

    /// The service's own code, such as `TF401019`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Git(failure) => failure.code(),
            other => other.explanation()?.code.as_deref(),
        }
    }

    /// Whether the same request may succeed later with nothing changed on our side.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Throttled(_) | Self::Unavailable(_) => true,
            Self::Credential(error) => matches!(error, CredentialError::Unavailable(_)),
            Self::Git(failure) => failure.is_temporary(),
            _ => false,
        }
    }
}
