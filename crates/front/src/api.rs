//! The HTTP API for users, tokens and the audit.

mod audit;
mod tokens;
mod users;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{delete, get, post};
use utoipa::OpenApi;

use crate::{ProblemDocument, admit};

/// The API's description, to be merged with that of the rest.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        users::list,
        users::invite,
        users::get,
        users::change,
        users::reset,
        users::remove,
        tokens::list,
        tokens::make,
        tokens::revoke,
        audit::list
    ),
    components(schemas(ProblemDocument))
)]
pub struct Api;

/// For everybody who is signed in.
pub(crate) fn known() -> Router {
    Router::new()
        .route("/api/v1/tokens", get(tokens::list).post(tokens::make))
        .route("/api/v1/tokens/{id}", delete(tokens::revoke))
        .route_layer(from_fn(admit::known))
}

/// For administrators.
pub(crate) fn guarded() -> Router {
    Router::new()
        .route("/api/v1/users", get(users::list).post(users::invite))
        .route(
            "/api/v1/users/{id}",
            get(users::get).patch(users::change).delete(users::remove),
        )
        .route("/api/v1/users/{id}/reset-password", post(users::reset))
        .route("/api/v1/audit", get(audit::list))
        .route_layer(from_fn(admit::guard))
}
