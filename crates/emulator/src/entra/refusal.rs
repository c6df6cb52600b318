//! How Entra says no: an OAuth error with the AADSTS number that tells what really happened.

use axum::http::StatusCode;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use uuid::Uuid;

/// An error of the token endpoint, or one that a redirect carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// OAuth's word.
    pub error: &'static str,
    /// The AADSTS number.
    pub code: u32,
    text: String,
    /// What a client may do about an `invalid_grant`.
    suberror: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self {
            error,
            code,
            text: text.into(),
            suberror: None,
        }
    }

    pub(super) fn suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    /// The same, as an application hears of it that asked a person.
    pub(super) fn denied(mut self) -> Self {
        self.error = "access_denied";
        self
    }

    /// A grant that is of no use.
    pub(super) fn grant(code: u32, text: impl Into<String>) -> Self {
        Self::new("invalid_grant", code, text)
    }

    /// A client that does not prove who it is.
    pub(super) fn client(code: u32, text: impl Into<String>) -> Self {
        Self::new("invalid_client", code, text)
    }

    /// A request that cannot be meant.
    pub(super) fn request(code: u32, text: impl Into<String>) -> Self {
        Self::new("invalid_request", code, text)
    }

    /// A parameter that is not there.
    pub(super) fn missing(name: &str) -> Self {
        Self::request(
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    /// A tenant that does not exist.
    pub(super) fn no_tenant(name: &str) -> Self {
        Self::request(
            90_002,
            format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
            ),
        )
    }

    /// An application that the tenant does not know.
    pub(super) fn no_application(client_id: &str, tenant: &str) -> Self {
        Self::new(
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."
            ),
        )
    }

    /// 401 where the client did not prove who it is, 400 for all else.
    pub(super) fn status(&self) -> StatusCode {
        if self.error == "invalid_client" {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        }
    }

    /// `AADSTS…: …`, as redirects and pages have it.
    pub(super) fn described(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    /// The body of the answer.
    pub(super) fn body(&self, now: Timestamp, correlation: Uuid) -> Value {
        let (trace, at) = (Uuid::new_v4(), written(now));
        let mut body = json!({
            "error": self.error,
            "error_description": format!(
                "{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
                self.described()
            ),
            "error_codes": [self.code],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        if let Some(suberror) = self.suberror {
            body["suberror"] = Value::from(suberror);
        }
        body
    }
}

fn written(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%SZ")
        .to_string()
}
