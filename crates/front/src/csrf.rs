//! Whether a change was asked for on a page of ours, and not by another site in somebody's browser.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, header};
use url::form_urlencoded;

use crate::admit::Session;
use crate::bounds::BODY;
use crate::{Problem, Visit};

/// The field of forms.
const FIELD: &str = "csrf";
/// What scripts send instead.
const HEADER: HeaderName = HeaderName::from_static("adit-csrf");

/// Lets through what changes nothing; all else must come from a page of ours, and carry its session's token.
pub(crate) async fn check(
    visit: &Visit,
    session: Option<&Session>,
    request: Request,
) -> Result<Request, Problem> {
    if visit.method.is_safe() {
        return Ok(request);
    }
    let origin = visit.door.public_url().origin().ascii_serialization();
    if !comes_from(request.headers(), &origin) {
        return Err(Problem::other_site(&origin));
    }
    match session {
        Some(session) => carries(session, request).await,
        None => Ok(request),
    }
}

/// Whether the browser says that a page of this origin asks.
///
/// Browsers send `Origin: null` from pages whose referrer policy is `no-referrer`, as ours is
/// (<https://fetch.spec.whatwg.org/#append-a-request-origin-header>), so that `Sec-Fetch-Site` decides where there is one.
fn comes_from(headers: &HeaderMap, ours: &str) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or("unreadable"))
    };
    let origin = text(header::ORIGIN);
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin") => origin.is_none_or(|origin| origin == "null" || origin == ours),
        Some(_) => false,
        None => origin == Some(ours),
    }
}

async fn carries(session: &Session, request: Request) -> Result<Request, Problem> {
    if let Some(token) = request.headers().get(HEADER) {
        let is_ours = token.to_str().is_ok_and(|token| session.csrf.is(token));
        return is_ours.then_some(request).ok_or_else(Problem::stale_form);
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(Problem::stale_form());
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY)
        .await
        .map_err(|_| Problem::too_large())?;
    let is_ours = form_urlencoded::parse(&body)
        .find(|(name, _)| name == FIELD)
        .is_some_and(|(_, token)| session.csrf.is(&token));
    if !is_ours {
        return Err(Problem::stale_form());
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_ask_for_changes() {
        let ours = "https://adit.example.com";
        for (origin, site, expected) in [
            (Some(ours), Some("same-origin"), true),
            (Some("null"), Some("same-origin"), true),
            (None, Some("same-origin"), true),
            (Some(ours), None, true),
            (None, None, false),
            (Some("null"), None, false),
            (Some("https://evil.example"), None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (
                Some("https://evil.adit.example.com"),
                Some("same-site"),
                false,
            ),
            (Some("http://adit.example.com"), None, false),
            (Some("https://adit.example.com:444"), None, false),
            (Some("https://adit.example.com.evil.example"), None, false),
            (Some("https://ADIT.example.com"), None, false),
            (Some(ours), Some("cross-site"), false),
            (Some(ours), Some("same-site"), false),
            (Some(ours), Some("none"), false),
            (None, Some("cross-site"), false),
            (Some("null"), Some("cross-site"), false),
            (Some(ours), Some(""), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            assert_eq!(comes_from(&headers, ours), expected, "{origin:?} {site:?}");
        }
    }
}
