//! The door's own pages.

mod account;
mod audit;
mod invitation;
mod openid;
mod setup;
mod sign_in;
mod tokens;
mod users;
mod view;

use axum::Router;
use axum::middleware::from_fn;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::{Caller, Door, admit};

/// For who is not signed in.
pub(crate) fn open() -> Router {
    Router::new()
        .route("/setup", get(setup::show).post(setup::set_up))
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-in/oidc", post(openid::begin))
        .route(openid::CALLBACK, get(openid::end))
        .route(
            "/invitation",
            get(invitation::show).post(invitation::choose),
        )
}

/// For everybody who is signed in.
pub(crate) fn known() -> Router {
    Router::new()
        .route("/", get(home))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/tokens", get(tokens::show).post(tokens::make))
        .route("/tokens/{id}/revoke", post(tokens::revoke))
        .route_layer(from_fn(admit::known))
}

/// For administrators.
pub(crate) fn guarded() -> Router {
    Router::new()
        .route("/users", get(users::list).post(users::invite))
        .route("/users/{id}", get(users::show))
        .route("/users/{id}/role", post(users::set_role))
        .route("/users/{id}/disable", post(users::disable))
        .route("/users/{id}/enable", post(users::enable))
        .route("/users/{id}/reset", post(users::reset))
        .route(
            "/users/{id}/remove",
            get(users::ask_to_remove).post(users::remove),
        )
        .route("/audit", get(audit::show))
        .route_layer(from_fn(admit::guard))
}

async fn home(door: Door, _: Caller) -> Redirect {
    Redirect::to(door.home())
}
