//! Answers that say yes: JSON with the service's envelopes and headers.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::{
    json,
    refusal::{Content, Refusal},
};

/// What a handler gives.
pub type Reply = Result<Answer, Refusal>;

/// A good answer.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    /// None: JSON, whose content type repeats the version served.
    media_type: Option<&'static str>,
    body: Bytes,
}

impl Answer {
    /// Any value, as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::text(json::sent(value))
    }

    /// JSON text that is ready to be sent.
    pub fn text(body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            media_type: None,
            body: body.into(),
        }
    }

    /// The list envelope `{count, value}`; the count is the page's.
    pub fn list(values: &[Value]) -> Self {
        let texts: Vec<String> = values.iter().map(json::kept).collect();
        Self::texts(texts.iter().map(String::as_str))
    }

    /// The list envelope around texts that are ready to be sent.
    pub fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let (joined, count) = join(texts);
        Self::text(format!("{{\"count\":{count},\"value\":[{joined}]}}"))
    }

    /// 204.
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            ..Self::text(Bytes::new())
        }
    }

    /// Another body than JSON.
    #[must_use]
    pub fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = Some(media_type);
        self
    }

    /// Another status than 200.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers
            .push((HeaderName::from_static(name), value.into()));
        self
    }

    /// Adds the header that says how to go on, where there is more.
    #[must_use]
    pub fn continued(self, token: Option<impl Into<String>>) -> Self {
        match token {
            Some(token) => self.header("x-ms-continuationtoken", token),
            None => self,
        }
    }

    pub(crate) fn into_response(self, version: &str) -> Response {
        let media_type = match self.media_type {
            Some(media_type) => String::from(media_type),
            None if self.status == StatusCode::NO_CONTENT => String::new(),
            None => format!("application/json; charset=utf-8; api-version={version}"),
        };
        respond(self.status, self.headers, &media_type, self.body)
    }
}

/// Joins texts with commas, and says how many there were.
pub fn join<'a>(texts: impl Iterator<Item = &'a str>) -> (String, usize) {
    let mut joined = String::new();
    let mut count = 0;
    for text in texts {
        if count > 0 {
            joined.push(',');
        }
        joined.push_str(text);
        count += 1;
    }
    (joined, count)
}

impl Refusal {
    pub(crate) fn into_response(self) -> Response {
        let (media_type, body) = match self.content {
            Content::Nothing => ("", String::new()),
            Content::Json(text) => ("application/json; charset=utf-8", text),
            Content::Text { media_type, text } => (media_type, text),
        };
        respond(self.status, self.headers, media_type, Bytes::from(body))
    }
}

fn respond(
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    media_type: &str,
    body: Bytes,
) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if let (false, Ok(value)) = (media_type.is_empty(), HeaderValue::from_str(media_type)) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    for (name, value) in headers {
        // A header value may hold what HTTP refuses only by a mistake in the emulator: the header is then left out.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
