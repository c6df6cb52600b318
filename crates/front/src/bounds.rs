//! How large a request may be. (Time: `frame`, `serve`. Depth of JSON: `serde_json` stops at 128.)

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::Limited;

use crate::Problem;

/// The largest body: a form with a certificate and its key has a few KiB.
pub(crate) const BODY: usize = 256 * 1024;
/// The longest path and query.
const ADDRESS: usize = 8 * 1024;

pub(crate) async fn bound(request: Request, next: Next) -> Response {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |address| address.as_str().len());
    if address > ADDRESS {
        return Problem::address_too_long().into_response();
    }
    let said = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if said.is_some_and(|length| length > BODY) {
        return Problem::too_large().into_response();
    }
    let (parts, body) = request.into_parts();
    let body = Body::new(Limited::new(body, BODY));
    next.run(Request::from_parts(parts, body)).await
}
