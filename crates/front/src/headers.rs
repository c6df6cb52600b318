//! What every answer says to the browser.

use std::collections::BTreeSet;

use anyhow::Context as _;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

/// What is the same on every answer.
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    // Browsers look at it only when it comes by https.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The number of the request, for who reports a problem.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("adit-correlation-id");

/// Nothing but our own style, script, pictures and data; forms lead to us, and by redirects to these targets.
pub(crate) fn security_policy(form_targets: &[Url]) -> anyhow::Result<HeaderValue> {
    let mut policy = String::from(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'",
    );
    let origins: BTreeSet<String> = form_targets
        .iter()
        .map(|target| target.origin().ascii_serialization())
        .collect();
    for origin in origins {
        policy.push(' ');
        policy.push_str(&origin);
    }
    HeaderValue::try_from(policy).context("make the content security policy")
}

/// Adds them. An answer may say itself how long it is good for; else nobody keeps it.
pub(crate) fn add(headers: &mut HeaderMap, policy: &HeaderValue) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
