//! Why something is not done, in words for the one who asked, with the remedy.

use std::fmt;
use std::sync::Arc;

use store::connections::Problem;

/// What whoever asked has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// Ask for something else.
    Wrong,
    /// There is no such thing; or it is somebody else's, who alone may know of it.
    NotFound,
    /// Something else is in the way.
    Conflict,
    /// Microsoft or Azure DevOps refuses: a person has to act there.
    Refused,
    /// Ask again later.
    Later,
    /// An operator has to act: the keys do not fit.
    Operator,
}

/// Why something is not done.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What to do.
    pub kind: RefusalKind,
    /// In one word, for programs.
    pub reason: String,
    /// What is wrong, for people.
    pub explanation: String,
    /// What to do about it, for people; may be empty.
    pub remedy: String,
    /// Where to do it; may be empty.
    pub link: String,
    /// For the log only.
    pub cause: Option<Arc<store::Error>>,
}

impl Refusal {
    pub(crate) fn new(
        kind: RefusalKind,
        reason: &str,
        explanation: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            reason: reason.to_owned(),
            explanation: explanation.into(),
            remedy: remedy.into(),
            link: String::new(),
            cause: None,
        }
    }

    /// Something that was asked for cannot be.
    pub(crate) fn wrong(explanation: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(RefusalKind::Wrong, "invalid", explanation, remedy)
    }

    pub(crate) fn not_found(explanation: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(RefusalKind::NotFound, "not_found", explanation, remedy)
    }

    pub(crate) fn conflict(explanation: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, "conflict", explanation, remedy)
    }

    pub(crate) fn later(explanation: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(RefusalKind::Later, "unavailable", explanation, remedy)
    }

    /// Whether asking again can help with nothing changed.
    pub fn is_passing(&self) -> bool {
        self.kind == RefusalKind::Later
    }

    /// The words, logged where an operator has to know too.
    pub(crate) fn told(&self) -> String {
        if let Some(cause) = &self.cause {
            let source = std::error::Error::source(cause.as_ref()).map(ToString::to_string);
            tracing::warn!("{cause}: {}", source.unwrap_or_default());
        } else if self.kind == RefusalKind::Operator {
            tracing::warn!("{self}");
        }
        self.to_string()
    }

    /// As a connection keeps it.
    pub(crate) fn problem(&self) -> Problem {
        Problem {
            reason: self.reason.clone(),
            explanation: self.explanation.clone(),
            remedy: self.remedy.clone(),
            link: self.link.clone(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.explanation)?;
        if !self.remedy.is_empty() {
            write!(formatter, "; {}", self.remedy)?;
        }
        if !self.link.is_empty() {
            write!(formatter, " ({})", self.link)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self {
            cause: Some(Arc::new(error)),
            ..Self::later("the database does not answer", "try again")
        }
    }
}

impl From<credential::Refusal> for Refusal {
    fn from(refusal: credential::Refusal) -> Self {
        let kind = if refusal.is_passing() {
            RefusalKind::Later
        } else {
            RefusalKind::Refused
        };
        let explanation = if refusal.code.is_empty() {
            refusal.explanation
        } else {
            format!("{} ({})", refusal.explanation, refusal.code)
        };
        Self {
            link: refusal.link,
            ..Self::new(kind, refusal.reason, explanation, refusal.remedy)
        }
    }
}

impl From<crate::vault::Error> for Refusal {
    fn from(error: crate::vault::Error) -> Self {
        use crate::vault::Error;
        let (kind, reason) = match &error {
            // A key file may be replaced at this moment.
            Error::Keys(_) => (RefusalKind::Later, "keys_unreadable"),
            Error::Seal(seal::Error::MissingKey(_)) => (RefusalKind::Operator, "key_missing"),
            Error::Seal(_) | Error::KeyId(_) | Error::Development => {
                (RefusalKind::Operator, "sealed_wrongly")
            }
        };
        let remedy = "see ADIT_KEYS_FILE, and `adit keys status`";
        Self::new(kind, reason, error.to_string(), remedy)
    }
}
