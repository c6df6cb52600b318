//! An answer that may be read, and what is decided about all others.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::error::Error;
use crate::explanation::Explanation;
use crate::{clean, html};

/// A success with its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Cleaned of all that JSON or PostgreSQL would refuse.
    pub(crate) body: String,
    /// The `Date` header: the service's clock.
    pub(crate) date: Timestamp,
    /// `x-ms-continuationtoken`
    pub(crate) token: Option<String>,
    /// `X-VSS-ResourceTenant`: the Entra tenant of the organization.
    pub(crate) tenant: Option<String>,
}

impl Answer {
    /// 204, or 200 with nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.status == 204 || self.body.trim().is_empty()
    }
}

/// Why a success could not be parsed.
#[derive(Debug)]
pub(crate) enum Unparsed {
    /// It ends too early: the body was cut.
    Cut,
    /// It is something else than what was asked for.
    Other(String),
}

impl Unparsed {
    /// Why a body is no JSON. Not every error at its end counts as one of the end: a lone `-` is an
    /// invalid number, though only because what followed is missing.
    pub(crate) fn of_json(error: &serde_json::Error, body: &str) -> Self {
        let last_line = body.rsplit('\n').next().unwrap_or_default();
        let lines = body.matches('\n').count() + 1;
        let is_at_end = error.line() == lines && error.column() >= last_line.len();
        if error.is_eof() || (error.is_syntax() && is_at_end) {
            Self::Cut
        } else {
            Self::Other(error.to_string())
        }
    }
}

/// What to do about an answer.
#[derive(Debug)]
pub(crate) enum Verdict {
    Use(Answer),
    /// Ask the credential for another authorization.
    Renew(Error),
    /// Wait and repeat.
    Repeat {
        error: Error,
        throttled: bool,
        /// What the answer itself said.
        wait: Option<Duration>,
    },
    Fail(Error),
}

/// Decides by status, then by the code in the explanation.
pub(crate) fn judge(
    endpoint: &'static str,
    status: u16,
    headers: &HeaderMap,
    body: Vec<u8>,
    date: Timestamp,
    wait: Option<Duration>,
) -> Verdict {
    let explain = |body: &[u8]| Box::new(Explanation::gather(endpoint, status, headers, body));
    match status {
        // 203 is how a refused token looks once the redirect to the sign-in page was followed.
        203 | 300..=399 | 401 => Verdict::Renew(Error::Unauthorized(explain(&body))),
        200..=299 => {
            let body = clean::owned(body);
            if is_html(headers, &body) {
                return Verdict::Renew(Error::Unauthorized(explain(body.as_bytes())));
            }
            Verdict::Use(Answer {
                status,
                body,
                date,
                token: headers
                    .get("x-ms-continuationtoken")
                    .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                    .filter(|token| !token.is_empty()),
                tenant: headers
                    .get("x-vss-resourcetenant")
                    .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            })
        }
        _ => refused(status, explain(&body), wait),
    }
}

fn refused(status: u16, explanation: Box<Explanation>, wait: Option<Duration>) -> Verdict {
    let code = explanation.code.as_deref();
    if status == 429 || code == Some("TF400733") {
        return Verdict::Repeat {
            error: Error::Throttled(explanation),
            throttled: true,
            wait,
        };
    }
    match status {
        503 if code == Some("TF24668") => Verdict::Fail(Error::OrganizationInactive(explanation)),
        403 => Verdict::Fail(Error::Forbidden(explanation)),
        404 => Verdict::Fail(Error::NotFound(explanation)),
        410 => Verdict::Fail(Error::Gone(explanation)),
        408 | 500..=599 => Verdict::Repeat {
            error: Error::Unavailable(explanation),
            throttled: false,
            wait,
        },
        _ => Verdict::Fail(Error::BadRequest(explanation)),
    }
}

fn is_html(headers: &HeaderMap, body: &str) -> bool {
    let declared = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    declared || html::is_html(body)
}
