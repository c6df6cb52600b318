//! What did not work, for whoever asked, with a remedy and nothing of what is inside.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// How much of what a library says about an unreadable request is told to a program.
pub(crate) const LONGEST_TOLD: usize = 500;

/// An error of a request, for whoever asked. The door makes a page or JSON of it.
#[derive(Clone, Debug)]
pub struct Problem(pub(crate) Arc<Inside>);

#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    pub(crate) remedy: String,
    pub(crate) retry_after: Option<u64>,
    pub(crate) cause: Option<anyhow::Error>,
}

impl Problem {
    /// A problem that whoever asked can do something about. `kind` is a word or two with hyphens, which programs may decide by.
    pub fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self(Arc::new(Inside {
            status,
            kind,
            title,
            detail: detail.into(),
            remedy: remedy.into(),
            retry_after: None,
            cause: None,
        }))
    }

    /// Something that was asked for cannot be (400).
    pub fn invalid(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid",
            "This cannot be done",
            detail,
            remedy,
        )
    }

    /// It is in the way of something else (409).
    pub fn conflict(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            "This is in the way of something else",
            detail,
            remedy,
        )
    }

    /// There is no such thing (404). So is what somebody may not know of.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            detail,
            "Check the address, or start from the navigation.",
        )
    }

    /// They may not (403).
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Only administrators may do this",
            "You are signed in as a viewer.",
            "Ask an administrator to do it, or to make you one.",
        )
    }

    /// It is not known who asks (401; people are led to the sign-in).
    pub fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not-signed-in",
            "You are not signed in",
            "It is not known who asks.",
            "Sign in; programs send a token as `Authorization: Bearer adit_…`.",
        )
    }

    /// We are at fault (500). The cause goes to the log only.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self(Arc::new(Inside {
            cause: Some(cause.into()),
            ..Inside::plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong",
                "This is a fault of Adit, not yours.",
                "Try again; if it stays, tell the operator the number below.",
            )
        }))
    }

    /// Something that we need does not answer (503). The cause goes to the log only.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> Self {
        Self(Arc::new(Inside {
            retry_after: Some(5),
            cause: Some(cause.into()),
            ..Inside::plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not available right now",
                "Something that Adit needs does not answer.",
                "Try again in a moment.",
            )
        }))
    }

    /// Too often (429).
    pub fn too_many(seconds: u64) -> Self {
        Self(Arc::new(Inside {
            retry_after: Some(seconds),
            ..Inside::plain(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many",
                "Too many tries",
                "This was tried too often in a short time.",
                "Wait a little, then try again.",
            )
        }))
    }

    /// What happened.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        &self.0.remedy
    }

    /// Whether it is about what was asked for, so that a form can show it beside the field: it cannot be, or is in the way.
    pub fn is_about_the_request(&self) -> bool {
        [StatusCode::BAD_REQUEST, StatusCode::CONFLICT].contains(&self.0.status)
    }

    pub(crate) fn bad_token() -> Self {
        Self(Arc::new(Inside::plain(
            StatusCode::UNAUTHORIZED,
            "bad-token",
            "The token is not good",
            "It is unknown, has ended or was revoked, or its user was disabled.",
            "Make a new one on the Tokens page, and send it as `Authorization: Bearer adit_…`.",
        )))
    }

    pub(crate) fn other_site(origin: &str) -> Self {
        Self(Arc::new(Inside {
            detail: format!(
                "A change can only be made from Adit's own pages at {origin}; this came from elsewhere."
            ),
            ..Inside::plain(
                StatusCode::FORBIDDEN,
                "other-site",
                "This did not come from Adit",
                "",
                "Open Adit at that address and do it there; programs send a token.",
            )
        }))
    }

    pub(crate) fn stale_form() -> Self {
        Self(Arc::new(Inside::plain(
            StatusCode::FORBIDDEN,
            "stale-form",
            "This form is out of date",
            "It belongs to another sign-in; nothing was changed.",
            "Go back, load the page again and repeat what you did.",
        )))
    }

    pub(crate) fn too_large() -> Self {
        Self(Arc::new(Inside::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "This is too large",
            "What was sent is larger than anything that Adit takes.",
            "Send less.",
        )))
    }

    pub(crate) fn address_too_long() -> Self {
        Self(Arc::new(Inside::plain(
            StatusCode::URI_TOO_LONG,
            "address-too-long",
            "The address is too long",
            "It is longer than any address of Adit.",
            "Start from the navigation.",
        )))
    }

    pub(crate) fn too_slow() -> Self {
        Self(Arc::new(Inside::plain(
            StatusCode::GATEWAY_TIMEOUT,
            "too-slow",
            "This took too long",
            "The answer did not come in time.",
            "Try again in a moment.",
        )))
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self(Arc::new(Inside::plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "This cannot be done here",
            "The page is there, and does not do this.",
            "Start from the navigation; programs find the methods in the API's description.",
        )))
    }

    /// What a library refused. A program gets its words, as far as they are about what it sent.
    pub(crate) fn unreadable(status: StatusCode, said: &str) -> Self {
        let detail = match said.trim() {
            "" => "The request could not be read.",
            said => said,
        };
        Self::new(
            status,
            "unreadable",
            "The request could not be read",
            detail.chars().take(LONGEST_TOLD).collect::<String>(),
            "Check what is sent against the API's description.",
        )
    }
}

impl Inside {
    fn plain(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: &str,
        remedy: &str,
    ) -> Self {
        Self {
            status,
            kind,
            title,
            detail: detail.to_owned(),
            remedy: remedy.to_owned(),
            retry_after: None,
            cause: None,
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        if error.is_transient() {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
