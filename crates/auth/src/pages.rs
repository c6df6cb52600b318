//! The pages of connections: *Integrations*, the way to a connection, and its page. Every one works without a script.

mod connection;
mod delete;
mod draft;
mod edit;
mod form;
mod install;
mod keys;
mod matrix;
mod overview;
mod sync;
mod view;
mod way;
mod ways;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bus::Bus;
use front::NavigationEntry;

use crate::connections::{CALLBACK, Connections};
use crate::refusal::{Refusal, RefusalKind};

/// What the pages work with.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    pub(crate) connections: Connections,
    pub(crate) bus: Bus,
}

/// What people find in the navigation.
pub(crate) const NAVIGATION: [NavigationEntry; 2] = [
    NavigationEntry {
        label: "Integrations",
        path: "/integrations",
        administrators_only: false,
    },
    NavigationEntry {
        label: "Keys",
        path: "/keys",
        administrators_only: true,
    },
];

/// All pages.
pub(crate) fn router(pages: Pages) -> Router {
    Router::new()
        .route("/integrations", get(overview::integrations))
        .route("/integrations/available", get(overview::available))
        .route("/integrations/azure-devops", get(install::show))
        .route("/integrations/azure-devops/sign-in", post(install::sign_in))
        .route(CALLBACK, get(install::come_back))
        .route(
            "/integrations/azure-devops/ways/{kind}",
            get(way::show).post(way::connect),
        )
        .route(
            "/integrations/azure-devops/drafts/{id}",
            get(draft::show).post(draft::submit),
        )
        .route("/connections/{id}", get(connection::show))
        .route(
            "/connections/{id}/sync",
            get(sync::part).post(connection::sync),
        )
        .route("/connections/{id}/check", post(connection::check))
        .route("/connections/{id}/pause", post(connection::pause))
        .route("/connections/{id}/resume", post(connection::resume))
        .route("/connections/{id}/edit", get(edit::show).post(edit::save))
        .route(
            "/connections/{id}/reauthenticate",
            get(way::again).post(way::reauthenticate),
        )
        .route(
            "/connections/{id}/delete",
            get(delete::ask).post(delete::delete),
        )
        .route("/keys", get(keys::show))
        .route("/keys/rotate", post(keys::rotate))
        .with_state(pages)
}

/// What can be mended on the page that asked for it; all else is a page of its own.
fn mendable(refusal: Refusal) -> Result<Refusal, front::Problem> {
    match refusal.kind {
        RefusalKind::Wrong | RefusalKind::Conflict | RefusalKind::Refused | RefusalKind::Later => {
            Ok(refusal)
        }
        RefusalKind::NotFound | RefusalKind::Operator => Err(refusal.into()),
    }
}

/// A form that was not accepted, shown again.
fn unprocessable<T: askama::Template>(template: T) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, front::Page(template)).into_response()
}
