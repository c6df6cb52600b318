//! What a refusal says about itself, gathered from all the places where Azure DevOps says it.

use std::fmt;

use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

use crate::{clean, html, json::Object};

/// No more text than this is kept: error pages have 40 KB.
const LONGEST: usize = 2048;

/// Why a request failed. Carries no URL with a query and no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The endpoint's template, such as `{project}/_apis/build/builds`.
    pub endpoint: &'static str,
    /// `None`: no answer came.
    pub status: Option<u16>,
    /// `TF…` or `VS…`, from the message, `X-TFS-ServiceError` or the title of an HTML page.
    pub code: Option<String>,
    /// The class of the service's exception.
    pub type_key: Option<String>,
    /// What it says, at most 2 KB.
    pub message: String,
    /// `X-TFS-ServiceError`, where it is not the message: of an HTML page the message is the title,
    /// and that is often shorter.
    pub service_error: Option<String>,
    /// The service's id of the request, for its support.
    pub activity_id: Option<String>,
    /// The Entra tenant of the organization, where the refusal names it.
    pub tenant: Option<String>,
    /// `WWW-Authenticate`, which tells some kinds of 401 apart.
    pub challenge: Option<String>,
}

impl Explanation {
    /// One of our own.
    pub(crate) fn ours(endpoint: &'static str, message: impl Into<String>) -> Self {
        Self {
            endpoint,
            message: shortened(&message.into()),
            ..Self::default()
        }
    }

    /// One that Azure DevOps gave.
    pub(crate) fn gather(
        endpoint: &'static str,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let header = |name: &str| {
            let value = headers.get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let service_error = header("x-tfs-serviceerror")
            .map(|text| percent_decode_str(&text).decode_utf8_lossy().into_owned());
        let text = clean::text(body);
        let said = Said::read(&text);
        // The header is often the only explanation.
        let message = said
            .message
            .filter(|message| !message.trim().is_empty())
            .or_else(|| service_error.clone())
            .unwrap_or_default();
        let code = code_in(&message).or_else(|| code_in(service_error.as_deref()?));
        // One header a way in: the tenant stands in that of Bearer alone.
        let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
        let challenges: Vec<_> = challenges
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        let challenge = (!challenges.is_empty()).then(|| challenges.join(", "));
        let tenant = header("x-vss-resourcetenant").or_else(|| tenant_in(challenge.as_deref()?));
        Self {
            endpoint,
            status: Some(status),
            code,
            type_key: said.type_key,
            service_error: service_error
                .filter(|text| *text != message)
                .map(|text| shortened(&text)),
            message: shortened(&message),
            activity_id: header("activityid").or_else(|| header("x-vss-e2eid")),
            tenant,
            challenge: challenge.map(|text| shortened(&text)),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.endpoint)?;
        if let Some(status) = self.status {
            write!(formatter, " answered {status}")?;
        }
        if let Some(type_key) = &self.type_key {
            write!(formatter, " {type_key}")?;
        }
        if !self.message.is_empty() {
            write!(formatter, ": {}", self.message)?;
        }
        if let Some(activity_id) = &self.activity_id {
            write!(formatter, " (activity {activity_id})")?;
        }
        Ok(())
    }
}

/// What the body says, whatever it is made of.
struct Said {
    message: Option<String>,
    type_key: Option<String>,
}

impl Said {
    fn read(text: &str) -> Self {
        if let Ok(mut object) = Object::parse(text) {
            // Analytics wraps it: `{"error":{"code":"0","message":"…"}}`.
            let mut inner = object.nested("error");
            let message = object
                .text("message")
                .or_else(|| inner.as_mut()?.text("message"));
            return Self {
                message,
                type_key: object.text("typeKey"),
            };
        }
        let message = if html::is_html(text) {
            html::title(text)
        } else {
            Some(text.trim().to_owned())
        };
        Self {
            message,
            type_key: None,
        }
    }
}

/// The first word of the form `TF400813` or `VS403463`.
pub(crate) fn code_in(text: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let digits = word.strip_prefix("TF").or_else(|| word.strip_prefix("VS"));
        digits.is_some_and(|digits| {
            (5..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .find(is_code)
        .map(str::to_owned)
}

/// `Bearer authorization_uri=https://login.microsoftonline.com/{tenant}`
fn tenant_in(challenge: &str) -> Option<String> {
    let uri = challenge.split("authorization_uri=").nth(1)?;
    let uri = uri.trim_start_matches('"');
    let uri = uri.split([',', ' ', '"']).next()?;
    let tenant = uri.trim_end_matches('/').rsplit('/').next()?;
    (tenant.len() == 36).then(|| tenant.to_owned())
}

fn shortened(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST.min(text.len()));
    text[..end].trim().to_owned()
}
