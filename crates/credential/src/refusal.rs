//! Why there is no token, and what to do about it.

use std::fmt;
use std::time::Duration;

/// What whoever asked has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The grant is over until a person signs in again.
    Dead,
    /// Nothing is wrong with the grant: somebody has to change a setting, here or in Entra.
    Misconfigured,
    /// Try again later.
    Passing {
        /// How long to wait, if the server said so.
        retry_after: Option<Duration>,
    },
}

/// Why there is no token. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What to do.
    pub kind: RefusalKind,
    /// One word for programs: `expired`, `revoked`, `mfa`, `conditional_access`, ….
    pub reason: &'static str,
    /// What happened, for people.
    pub explanation: String,
    /// What to do about it, for people.
    pub remedy: String,
    /// Where to do it or to read on; may be empty.
    pub link: String,
    /// The code of Entra, as `AADSTS50076`; may be empty.
    pub code: Box<str>,
}

impl Refusal {
    pub(crate) fn new(
        kind: RefusalKind,
        reason: &'static str,
        explanation: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            reason,
            explanation: explanation.into(),
            remedy: remedy.into(),
            link: String::new(),
            code: Box::default(),
        }
    }

    pub(crate) fn misconfigured(
        reason: &'static str,
        explanation: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(RefusalKind::Misconfigured, reason, explanation, remedy)
    }

    pub(crate) fn dead(
        reason: &'static str,
        explanation: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(RefusalKind::Dead, reason, explanation, remedy)
    }

    pub(crate) fn passing(
        reason: &'static str,
        explanation: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let kind = RefusalKind::Passing { retry_after: None };
        Self::new(kind, reason, explanation, remedy)
    }

    pub(crate) fn link(mut self, link: impl Into<String>) -> Self {
        self.link = link.into();
        self
    }

    /// Whether asking again later can help without anybody doing something.
    pub fn is_passing(&self) -> bool {
        matches!(self.kind, RefusalKind::Passing { .. })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.explanation)?;
        if !self.code.is_empty() {
            write!(formatter, " ({})", self.code)?;
        }
        if !self.remedy.is_empty() {
            write!(formatter, ": {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
