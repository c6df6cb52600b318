//! What a handler knows of a request to Entra, and how a handler becomes a route.

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
    routing::{self, MethodRouter},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use uuid::Uuid;

use super::{Refusal, token::Moment};
use crate::{context, emulator::Emulator, query::Query};

/// The largest form that is read.
const FORM_LIMIT: usize = 64 * 1024;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub emulator: Emulator,
    /// The tenant of the path: an id, a domain, `organizations` or `common`; empty where the path has none.
    pub tenant: String,
    pub query: Query,
    pub form: Query,
    pub headers: HeaderMap,
    /// Scheme and authority.
    pub origin: String,
    /// The path and query, as they came.
    pub target: String,
}

/// A handler: it does no waiting.
pub(super) type Handler = fn(&Asked) -> Response;

pub(super) fn get(handler: Handler) -> MethodRouter<Emulator> {
    routing::get(move |state, tenant, request| run(state, tenant, request, handler))
}

pub(super) fn post(handler: Handler) -> MethodRouter<Emulator> {
    routing::post(move |state, tenant, request| run(state, tenant, request, handler))
}

pub(super) fn get_and_post(handler: Handler) -> MethodRouter<Emulator> {
    get(handler).merge(post(handler))
}

async fn run(
    State(emulator): State<Emulator>,
    tenant: Option<Path<String>>,
    request: Request,
    handler: Handler,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, FORM_LIMIT)
        .await
        .unwrap_or_default();
    let asked = Asked {
        emulator,
        tenant: tenant.map_or_else(String::new, |Path(tenant)| tenant),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        form: Query::parse(&String::from_utf8_lossy(&body)),
        origin: context::origin(&parts.headers),
        headers: parts.headers,
        target: parts.uri.to_string(),
    };
    // Signing takes a while, and the world is locked meanwhile.
    tokio::task::spawn_blocking(move || handler(&asked))
        .await
        .unwrap_or_else(|_| axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

impl Asked {
    /// Now, by the world's clock and by everybody else's.
    pub(super) fn moment(&self) -> Moment<'_> {
        let clock = self.emulator.clock();
        Moment {
            now: clock.now(),
            outside: clock.outside(),
            origin: &self.origin,
        }
    }

    /// A parameter of the form that must be there.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.form.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// The client's id and secret, of the form or of the Authorization header.
    pub(super) fn client(&self) -> (Option<String>, Option<String>) {
        let of_form = |name| self.form.get(name).map(String::from);
        let (id, secret) = self.basic().unzip();
        (
            of_form("client_id").or(id),
            of_form("client_secret").or(secret),
        )
    }

    fn basic(&self) -> Option<(String, String)> {
        let value = self.header("authorization")?;
        let encoded = value.strip_prefix("Basic ")?;
        let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Some((decoded(id), decoded(secret)))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The answer that an error becomes.
    pub(super) fn refuse(&self, refusal: &Refusal) -> Response {
        let correlation = self
            .form
            .get("client-request-id")
            .or_else(|| self.header("client-request-id"))
            .and_then(|id| Uuid::parse_str(id).ok())
            .unwrap_or_else(Uuid::new_v4);
        let body = refusal.body(self.emulator.clock().outside(), correlation);
        (refusal.status(), json(&body)).into_response()
    }
}

/// An answer of JSON that nobody may keep.
pub(super) fn json(body: &Value) -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/json; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store, no-cache"),
        ],
        body.to_string(),
    )
        .into_response()
}
