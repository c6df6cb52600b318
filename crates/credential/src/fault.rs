//! From an error of a token endpoint to a refusal.

use serde::Deserialize;

use crate::form::Form;
use crate::http::Reply;
use crate::meaning::{self, Meaning};
use crate::{Refusal, RefusalKind};

/// As much of Microsoft's own words is repeated.
const LONGEST: usize = 300;

/// The body of an error (RFC 6749, 5.2, and what Entra adds).
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Fault {
    #[serde(default)]
    pub(crate) error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
}

impl Fault {
    /// The fault in an answer; `None` if it is not an answer of a token endpoint at all.
    pub(crate) fn read(reply: &Reply) -> Option<Self> {
        let fault: Self = reply.json()?;
        (!fault.error.is_empty()).then_some(fault)
    }

    /// As it comes back with a browser.
    pub(crate) fn of_browser(error: &str, description: &str) -> Self {
        Self {
            error: error.to_owned(),
            error_description: description.to_owned(),
            error_codes: Vec::new(),
        }
    }

    /// The first code that says something, else the first.
    pub(crate) fn code(&self) -> Option<u32> {
        let mut codes = self.error_codes.clone();
        codes.extend(codes_in(&self.error_description));
        let known = codes
            .iter()
            .copied()
            .find(|code| meaning::of_code(*code).is_some());
        known.or_else(|| codes.first().copied())
    }

    /// Why there is no token. What Microsoft says is repeated if it came straight from there.
    pub(crate) fn refusal(&self, form: Option<&Form>) -> Refusal {
        let meaning = self.meaning();
        let mut explanation = meaning.explanation.to_owned();
        if let Some(form) = form {
            let said = brief(&form.redact(&self.error_description));
            if !said.is_empty() {
                explanation = format!("{explanation} (it says: {said})");
            }
        }
        let mut refusal = Refusal::new(meaning.kind, meaning.reason, explanation, meaning.remedy);
        if let Some(code) = self.code() {
            refusal.code = format!("AADSTS{code}").into();
            refusal.link = format!("https://login.microsoftonline.com/error?code={code}");
        }
        refusal
    }

    fn meaning(&self) -> &'static Meaning {
        let named = meaning::of_error(&self.error);
        // Whatever code comes with it: it says itself that it passes.
        if matches!(named.kind, RefusalKind::Passing { .. }) {
            return named;
        }
        self.code().and_then(meaning::of_code).unwrap_or(named)
    }
}

/// Why an answer has no token. A server that fails, or is not Entra at all, never ends a grant.
pub(crate) fn refusal(reply: &Reply, form: &Form) -> Refusal {
    let fault = Fault::read(reply);
    let mut refusal = match (&fault, reply.status) {
        (_, 429) => throttled(reply),
        (_, 500..) => failing(reply),
        (Some(fault), 400..500) => fault.refusal(Some(form)),
        _ => reply.unreadable(),
    };
    if let RefusalKind::Passing { retry_after } = &mut refusal.kind {
        *retry_after = reply.retry_after;
    }
    refusal
}

fn throttled(reply: &Reply) -> Refusal {
    Refusal::passing(
        "throttled",
        format!("{} was asked too often", reply.host),
        "nothing is lost: it is tried again later",
    )
}

fn failing(reply: &Reply) -> Refusal {
    Refusal::passing(
        "unavailable",
        format!(
            "{} fails for the moment (status {})",
            reply.host, reply.status
        ),
        "nothing is lost: it is tried again",
    )
}

/// The numbers behind each `AADSTS`.
fn codes_in(text: &str) -> impl Iterator<Item = u32> {
    text.split("AADSTS").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    })
}

/// The first sentence or two: trace ids and times follow, which tell people nothing.
fn brief(text: &str) -> String {
    let text = text.split("Trace ID:").next().unwrap_or_default();
    let text = text.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let text = match text.split_once(": ") {
        Some((code, rest)) if code.starts_with("AADSTS") => rest,
        _ => text,
    };
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(LONGEST)
        .collect();
    line.trim().to_owned()
}
