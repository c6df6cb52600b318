//! How a run ended, said for machines in one word and for people in a sentence with the remedy.

use azdo::{CredentialError, Error};
use wire::proto::control::v1::{Completeness, Outcome};

/// Why a run was interrupted by the end of its process.
pub(crate) const STOPPED: &str = "the fetcher was told to stop";

/// A run that read all there was.
pub(crate) fn complete() -> Outcome {
    Outcome {
        completeness: Completeness::Complete.into(),
        ..Outcome::default()
    }
}

/// A run that read all but something.
pub(crate) fn partial(reason: &str, explanation: String) -> Outcome {
    Outcome {
        completeness: Completeness::Partial.into(),
        reason: reason.to_owned(),
        explanation,
        ..Outcome::default()
    }
}

/// A run that read all, but could not make sense of some parts.
pub(crate) fn unreadable(parts: usize) -> Outcome {
    partial(
        "unreadable",
        format!(
            "{parts} parts of answers could not be read; they are in sync.dead_letters, with the reason"
        ),
    )
}

/// A run that was stopped from outside and should be ordered again at once.
pub(crate) fn interrupted(explanation: &str) -> Outcome {
    Outcome {
        completeness: Completeness::Interrupted.into(),
        reason: "interrupted".to_owned(),
        explanation: explanation.to_owned(),
        ..Outcome::default()
    }
}

/// A run that could not go on.
pub(crate) fn failed(error: &Error) -> Outcome {
    failed_because(reason(error), explanation(error))
}

/// A run that could not go on for a reason of our own.
pub(crate) fn failed_because(reason: &str, explanation: String) -> Outcome {
    Outcome {
        completeness: Completeness::Failed.into(),
        reason: reason.to_owned(),
        explanation,
        ..Outcome::default()
    }
}

/// One word for what stands in the way.
pub(crate) fn reason(error: &Error) -> &'static str {
    match error {
        Error::Unauthorized(_) | Error::Credential(CredentialError::Refused(_)) => "unauthorized",
        Error::Forbidden(_) => "forbidden",
        Error::NotFound(_) | Error::Gone(_) => "not_found",
        Error::Throttled(_) => "throttled",
        Error::Unavailable(_) | Error::Credential(CredentialError::Unavailable(_)) => "unavailable",
        Error::OrganizationInactive(_) => "inactive",
        Error::BadRequest(_) => "bad_request",
        Error::Unreadable(_) => "unreadable",
        Error::TooLarge(_) => "too_large",
        Error::Endless(_) => "endless",
        Error::Git(_) if error.code() == Some("TF401019") => "not_found",
        Error::Git(_) => "git",
    }
}

/// True when the refusal is about the credential or the organization, so that asking for the next item is useless.
pub(crate) fn is_about_everything(error: &Error) -> bool {
    matches!(reason(error), "unauthorized" | "throttled" | "inactive")
        || matches!(error, Error::Credential(_))
}

/// What it means and what to do about it.
fn explanation(error: &Error) -> String {
    let remedy = match reason(error) {
        "unauthorized" => {
            "check that the token is valid and not expired, then `adit connection show`"
        }
        "forbidden" => {
            "give the identity Reader on the project, and Basic access in the organization"
        }
        "not_found" => {
            "it was deleted, disabled, or is not visible to the identity: give it Reader on the project"
        }
        "throttled" => {
            "nothing to do: Adit comes back later; a separate identity has its own budget"
        }
        "unavailable" | "git" => "nothing to do: Adit comes back later",
        "inactive" => "open the organization in a browser to activate it again",
        _ => "report it with this text",
    };
    format!("{error}; {remedy}")
}
