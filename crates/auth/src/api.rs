//! The HTTP API of connections, keys and syncs. What it does is done by [`Connections`]; here it is read and written.

mod connections;
mod keys;
mod sign_ins;
mod sync;
mod told;

use axum::routing::{get, post};
use axum::{Json, Router};
use bus::Bus;
use utoipa::OpenApi;

use crate::Connections;

/// The API's description.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Adit",
        description = "Connections to Azure DevOps, what they can read, and how their syncs stand. Errors are \
                       application/problem+json (RFC 9457) with a remedy."
    ),
    paths(
        connections::list,
        connections::add,
        connections::show,
        connections::edit,
        connections::remove,
        connections::deletion,
        connections::pause,
        connections::resume,
        connections::check,
        connections::reauthenticate,
        connections::checks,
        sign_ins::device_begin,
        sign_ins::device_standing,
        sign_ins::draft,
        sign_ins::draft_organizations,
        keys::standing,
        keys::rotate,
        sync::status,
        sync::start
    )
)]
struct Description;

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) connections: Connections,
    pub(crate) bus: Bus,
}

/// The routes, to be put behind the door: it asks who they are for.
pub(crate) fn router(api: Api) -> Router {
    Router::new()
        .route(
            "/api/v1/connections",
            get(connections::list).post(connections::add),
        )
        .route(
            "/api/v1/connections/{id}",
            get(connections::show)
                .patch(connections::edit)
                .delete(connections::remove),
        )
        .route(
            "/api/v1/connections/{id}/deletion",
            get(connections::deletion),
        )
        .route("/api/v1/connections/{id}/pause", post(connections::pause))
        .route("/api/v1/connections/{id}/resume", post(connections::resume))
        .route("/api/v1/connections/{id}/check", post(connections::check))
        .route("/api/v1/connections/{id}/checks", get(connections::checks))
        .route(
            "/api/v1/connections/{id}/reauthenticate",
            post(connections::reauthenticate),
        )
        .route("/api/v1/sign-ins/device", post(sign_ins::device_begin))
        .route(
            "/api/v1/sign-ins/device/{id}",
            get(sign_ins::device_standing),
        )
        .route("/api/v1/drafts/{id}", get(sign_ins::draft))
        .route(
            "/api/v1/drafts/{id}/organizations",
            get(sign_ins::draft_organizations),
        )
        .route("/api/v1/keys", get(keys::standing))
        .route("/api/v1/keys/rotate", post(keys::rotate))
        .route("/api/v1/sync", get(sync::status).post(sync::start))
        .route("/api/v1/openapi.json", get(description))
        .with_state(api)
}

/// The whole description, the door's part included.
async fn description() -> Json<utoipa::openapi::OpenApi> {
    let mut whole = Description::openapi();
    whole.merge(front::Api::openapi());
    Json(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_how_it_fails() {
        let mut whole = Description::openapi();
        whole.merge(front::Api::openapi());
        let whole = serde_json::to_value(whole).unwrap();
        let mut names = std::collections::BTreeSet::new();
        for (path, methods) in whole["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let Some(name) = operation["operationId"].as_str() else {
                    continue;
                };
                assert!(names.insert(name.to_owned()), "{method} {path}: {name}");
                let answers = operation["responses"].as_object().unwrap();
                assert!(
                    answers.keys().any(|status| status.starts_with('2')),
                    "{method} {path}"
                );
            }
        }
        assert!(names.contains("add_connection") && names.contains("list_audit"));
    }
}
