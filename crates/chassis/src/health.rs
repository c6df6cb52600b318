//! `/livez` says that the process lives, `/readyz` whether it may be given work.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::{Lifecycle, Missing};

#[derive(Debug, Serialize)]
struct Ready {
    ready: bool,
    missing: Vec<Missing>,
}

/// The pages of all services of the process; `/readyz/{service}` is about one.
///
/// `/livez` looks at nothing: a process must not be restarted because its database is.
pub(crate) fn router(lifecycle: Lifecycle) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(all))
        .route("/readyz/{service}", get(one))
        .with_state(lifecycle)
}

async fn all(State(lifecycle): State<Lifecycle>) -> (StatusCode, Json<Ready>) {
    answer(&lifecycle, None)
}

async fn one(
    State(lifecycle): State<Lifecycle>,
    Path(service): Path<String>,
) -> (StatusCode, Json<Ready>) {
    if !lifecycle.readiness.knows(&service) {
        return (
            StatusCode::NOT_FOUND,
            Json(Ready {
                ready: false,
                missing: Vec::new(),
            }),
        );
    }
    answer(&lifecycle, Some(&service))
}

fn answer(lifecycle: &Lifecycle, of: Option<&str>) -> (StatusCode, Json<Ready>) {
    let mut missing = lifecycle.readiness.missing(of);
    if lifecycle.is_stopping() {
        let reason = "stopping".to_owned();
        missing.push(Missing {
            service: lifecycle.service_name(),
            condition: "running",
            reason,
        });
    }
    let ready = missing.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Ready { ready, missing }))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn get(lifecycle: &Lifecycle, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router(lifecycle.clone()).oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn readiness_names_what_is_missing_and_liveness_does_not_care() {
        let lifecycle = Lifecycle::new("adit");
        let database = lifecycle.service("writer").condition("database");
        lifecycle.service("scheduler").condition("nats").met();
        assert_eq!(get(&lifecycle, "/livez").await.0, StatusCode::OK);

        let (status, body) = get(&lifecycle, "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let missing = serde_json::json!([{ "service": "writer", "condition": "database", "reason": "not yet" }]);
        assert_eq!(body["missing"], missing);
        assert_eq!(get(&lifecycle, "/readyz/scheduler").await.0, StatusCode::OK);
        assert_eq!(
            get(&lifecycle, "/readyz/nobody").await.0,
            StatusCode::NOT_FOUND
        );

        database.met();
        assert_eq!(
            get(&lifecycle, "/readyz").await,
            (StatusCode::OK, r#"{"ready":true,"missing":[]}"#.to_owned())
        );
    }

    #[tokio::test]
    async fn a_stopping_process_is_alive_and_not_ready() {
        let lifecycle = Lifecycle::new("adit");
        lifecycle.soft.cancel();
        assert_eq!(
            get(&lifecycle, "/readyz").await.0,
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(get(&lifecycle, "/livez").await.0, StatusCode::OK);
    }
}
