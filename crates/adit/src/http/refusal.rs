//! What Adit would not do, or what stands where Adit should.

use std::fmt;

use chassis::Advice;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// What whoever asked can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Ask for something else.
    Wrong,
    /// There is no such thing.
    NotFound,
    /// Something else is in the way.
    Conflict,
    /// A person has to act: give rights, sign in, mend keys.
    Refused,
    /// Ask again later, or elsewhere.
    Unavailable,
    /// Adit is at fault.
    Failed,
}

/// An answer that is an error, or none. What happened and what to do is told before it, as [`Advice`].
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) kind: Kind,
    words: String,
    source: Option<reqwest::Error>,
}

/// RFC 9457, as far as it is there.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    detail: String,
    remedy: String,
    correlation_id: String,
}

impl Refused {
    /// Reads an answer that is an error.
    pub(super) fn read(status: StatusCode, problem: &Value, url: &Url) -> anyhow::Error {
        let Document {
            kind,
            title,
            detail,
            mut remedy,
            correlation_id,
        } = Document::deserialize(problem).unwrap_or_default();
        if detail.is_empty() && title.is_empty() {
            return foreign(status, url);
        }
        if status == StatusCode::UNAUTHORIZED {
            remedy = format!(
                "make a new token on {url}tokens, and name its file by --token-file or ADIT_TOKEN_FILE"
            );
        }
        let mut words = format!("Adit answered {}: {title}", status.as_u16());
        if !correlation_id.is_empty() {
            words = format!("{words} (request {correlation_id})");
        }
        let message = if detail.is_empty() { title } else { detail };
        let refused = anyhow::Error::new(Self {
            kind: kind_of(status, &kind),
            words,
            source: None,
        });
        if remedy.is_empty() {
            refused.context(message)
        } else {
            refused.context(Advice::new(message, remedy))
        }
    }

    pub(super) fn silent(error: reqwest::Error) -> Self {
        Self {
            kind: Kind::Unavailable,
            words: "the request was not answered".to_owned(),
            source: Some(error),
        }
    }

    /// A refusal that this program found itself.
    pub(crate) fn new(kind: Kind, words: impl Into<String>) -> Self {
        Self {
            kind,
            words: words.into(),
            source: None,
        }
    }

    /// Which one an error is, if it is one.
    pub(crate) fn of(error: &anyhow::Error) -> Option<Kind> {
        let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
        causes.next().map(|refused: &Self| refused.kind)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Something answers that is not Adit: a proxy, a sign-in page, another program.
pub(super) fn foreign(status: StatusCode, url: &Url) -> anyhow::Error {
    let kind = match kind_of(status, "") {
        Kind::Unavailable => Kind::Unavailable,
        _ => Kind::Failed,
    };
    let remedy = if status.is_redirection() {
        "it leads elsewhere, and a token is not carried along: give the address where it leads by --url or ADIT_URL"
    } else {
        "correct --url or ADIT_URL, or look at the proxy in between"
    };
    let refused = Refused::new(kind, format!("it answered {status}"));
    anyhow::Error::new(refused).context(Advice::new(
        format!("what answers at {url} is not the HTTP API of Adit"),
        remedy,
    ))
}

fn kind_of(status: StatusCode, kind: &str) -> Kind {
    match status {
        // What could not be read was not looked at by anybody who could refuse it.
        _ if kind == "urn:adit:problem:unreadable" => Kind::Wrong,
        StatusCode::NOT_FOUND => Kind::NotFound,
        StatusCode::CONFLICT => Kind::Conflict,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => {
            Kind::Refused
        }
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Kind::Unavailable,
        status if status.is_client_error() => Kind::Wrong,
        _ => Kind::Failed,
    }
}
