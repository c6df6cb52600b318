//! Makes of a problem what whoever asked can read: a page, or `problem+json` (RFC 9457).

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

use crate::problem::{Inside, LONGEST_TOLD};
use crate::{Layout, Problem, Visit};

/// A problem as programs get it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    /// `urn:adit:problem:` and its kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is, in a few words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What happened.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
    /// The number of the request, by which the logs know it.
    pub correlation_id: Uuid,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    layout: &'a Layout,
    problem: &'a Inside,
    correlation_id: Uuid,
}

/// Says that an answer is a page, whatever its status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsPage;

/// Makes of a problem what whoever asked can read. Whatever else is an error becomes one without a word of what is inside.
pub(crate) async fn tell(response: Response, visit: &Visit, layout: Option<Layout>) -> Response {
    let (mut parts, body) = response.into_parts();
    let Problem(problem) = match parts.extensions.remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare(&parts) => {
            let said = to_bytes(body, LONGEST_TOLD).await.unwrap_or_default();
            let is_about_the_request = visit.wants_json && parts.status.is_client_error();
            let said = String::from_utf8_lossy(&said);
            Problem::unreadable(parts.status, if is_about_the_request { &said } else { "" })
        }
        None => return Response::from_parts(parts, body),
    };
    log(&problem, visit);
    parts.headers.remove(header::CONTENT_LENGTH);
    if let Some(seconds) = problem.retry_after {
        parts.headers.insert(header::RETRY_AFTER, seconds.into());
    }
    let (kind, body) = if visit.wants_json {
        if problem.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"adit\"");
            parts.headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        ("application/problem+json", document(&problem, visit))
    } else {
        if problem.kind == "not-signed-in" {
            return to_sign_in(visit);
        }
        let layout = layout.unwrap_or_else(|| Layout::new(visit, None, None));
        ("text/html; charset=utf-8", page(&problem, visit, &layout))
    };
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Response::from_parts(parts, Body::from(body))
}

fn is_bare(parts: &axum::http::response::Parts) -> bool {
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let is_error = parts.status.is_client_error() || parts.status.is_server_error();
    is_error
        && parts.extensions.get::<IsPage>().is_none()
        && (kind.is_empty() || kind.starts_with("text/plain"))
}

fn document(problem: &Inside, visit: &Visit) -> String {
    let document = ProblemDocument {
        kind: format!("urn:adit:problem:{}", problem.kind),
        title: problem.title.to_owned(),
        status: problem.status.as_u16(),
        detail: problem.detail.clone(),
        remedy: problem.remedy.clone(),
        correlation_id: visit.correlation_id,
    };
    serde_json::to_string(&document).unwrap_or_default()
}

fn page(problem: &Inside, visit: &Visit, layout: &Layout) -> String {
    let page = ProblemPage {
        layout,
        problem,
        correlation_id: visit.correlation_id,
    };
    page.render()
        .unwrap_or_else(|_| format!("{}\n", problem.title))
}

/// People sign in, and come back to where they were when that was a page.
fn to_sign_in(visit: &Visit) -> Response {
    let mut target = String::from("/sign-in");
    if visit.method.is_safe() && !visit.is_part && visit.door.may_return_to(&visit.target) {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", &visit.target);
        target = format!("{target}?{}", query.finish());
    }
    let target = HeaderValue::try_from(target).unwrap_or(HeaderValue::from_static("/sign-in"));
    if visit.is_part {
        // htmx would put the page where the part belongs; this makes it go there.
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        response.extensions_mut().insert(IsPage);
        response.headers_mut().insert("hx-redirect", target);
        return response;
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response()
}

/// The one place where a cause is written down.
fn log(problem: &Inside, visit: &Visit) {
    let Some(cause) = &problem.cause else {
        return;
    };
    let (number, path) = (visit.correlation_id, &visit.path);
    if problem.status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(correlation_id = %number, "could not answer {path}: {cause:#}");
    } else {
        tracing::error!(correlation_id = %number, "failed to answer {path}: {cause:#}");
    }
}
