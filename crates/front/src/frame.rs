//! What is around every request: its number, its time, its end whatever happens, and the headers of its answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{Door, Problem, Visit, address, headers, tell};

/// How long an answer may take to begin. The longest ones ask Azure DevOps and Entra several times.
const LONGEST: Duration = Duration::from_mins(1);

/// The peer's address, as [`serve`](crate::serve) knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

pub(crate) async fn frame(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let visit = visit(&door, &request);
    request.extensions_mut().insert(visit.clone());
    let span = tracing::info_span!(
        "request",
        correlation_id = %visit.correlation_id,
        method = %visit.method,
        path = visit.path,
    );
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    let outcome = tokio::time::timeout(LONGEST, work.instrument(span)).await;
    let response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            Problem::internal(anyhow::anyhow!("answering a request panicked")).into_response()
        }
        Err(_) => Problem::too_slow().into_response(),
    };
    let mut response = tell::tell(response, &visit, None).await;
    let headers = response.headers_mut();
    headers::add(headers, door.security_policy());
    if let Ok(number) = HeaderValue::try_from(visit.correlation_id.to_string()) {
        headers.insert(headers::CORRELATION_ID, number);
    }
    response
}

fn visit(door: &Door, request: &Request) -> Visit {
    let peer = request
        .extensions()
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let path = request.uri().path().to_owned();
    Visit {
        door: door.clone(),
        correlation_id: Uuid::new_v4(),
        address: address::of(peer, request.headers(), door.trusted_proxies()),
        target: request
            .uri()
            .path_and_query()
            .map_or_else(|| path.clone(), |target| target.as_str().to_owned()),
        method: request.method().clone(),
        wants_json: path.starts_with("/api/") || accepts_only_json(request.headers()),
        is_part: request.headers().contains_key("hx-request"),
        path,
    }
}

fn accepts_only_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}
