//! The control API under `/_emulator`: it needs no credential, and nothing of it is counted.

use axum::{
    Json, Router,
    extract::{Path, RawQuery, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    change::{self, Order},
    emulator::Emulator,
    entra,
    fault::Fault,
    organization::STRANGER_PAT,
    query::Query,
    truth,
};

/// The control API's paths.
pub fn router() -> Router<Emulator> {
    Router::new()
        .route("/info", get(info))
        .route("/requests", get(requests).delete(forget_requests))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/truth", get(entities))
        .route("/truth/{entity}", get(rows))
        .route("/change", post(change_world))
        .route("/clock", post(skip))
        .route("/entra", get(directory))
        .route("/entra/federated-token", get(federated_token))
}

/// What the emulator is.
async fn info(State(emulator): State<Emulator>) -> Json<Value> {
    let world = emulator.world();
    let neighbour = |neighbour: &crate::organization::Neighbour| json!({ "id": neighbour.id, "name": neighbour.name, "tenant": neighbour.tenant, "state": neighbour.standing.word(), "pat": neighbour.pat, "listed_for": neighbour.listed_for });
    let user = |user: &std::sync::Arc<crate::organization::User>| json!({ "role": user.role, "id": user.identity.id, "display_name": user.identity.display_name, "pat": user.token, "object_id": user.object_id, "kind": user.kind.word(), "licence": user.licence.word() });
    Json(json!({
        "organization": { "id": world.organization.id, "name": world.organization.name, "tenant": world.organization.tenant, "state": world.organization.standing.word() },
        "neighbours": world.neighbours.iter().map(neighbour).collect::<Vec<_>>(),
        "users": world.organization.users().iter().map(user).collect::<Vec<_>>(),
        "stranger_pat": STRANGER_PAT,
        "size": emulator.seed().size.to_string(),
        "seed": emulator.seed().seed,
        "now": crate::date::stored(emulator.clock().now()),
        "hosts": crate::server::HOSTS.iter().map(|(name, prefix)| json!({ "setting": name, "path": prefix })).collect::<Vec<_>>(),
    }))
}

/// `?log=true` adds the last requests one by one.
async fn requests(State(emulator): State<Emulator>, RawQuery(query): RawQuery) -> Json<Value> {
    let counts = emulator.counts();
    let endpoint = |(endpoint, count): &(crate::count::Endpoint, crate::count::Count)| {
        json!({
            "method": endpoint.method,
            "template": endpoint.template,
            "organization": endpoint.organization,
            "requests": count.requests,
            "statuses": count.statuses,
        })
    };
    let mut answer = json!({
        "total": counts.total(),
        "most_under_way": counts.most_under_way(),
        "tokens": counts.tokens(),
        "endpoints": counts.endpoints().iter().map(endpoint).collect::<Vec<_>>(),
    });
    if Query::parse(&query.unwrap_or_default()).flag("log") {
        answer["log"] = json!(counts.last());
    }
    Json(answer)
}

async fn forget_requests(State(emulator): State<Emulator>) -> StatusCode {
    emulator.counts().reset();
    StatusCode::NO_CONTENT
}

async fn faults(State(emulator): State<Emulator>) -> Json<Value> {
    Json(json!(emulator.faults().all()))
}

/// One fault, or a list of them.
async fn add_fault(State(emulator): State<Emulator>, Json(body): Json<Value>) -> Response {
    let list = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    let faults: Result<Vec<Fault>, _> = list.into_iter().map(serde_json::from_value).collect();
    match faults {
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
        Ok(faults) => {
            let ids: Vec<usize> = faults
                .into_iter()
                .map(|fault| emulator.faults().add(fault))
                .collect();
            Json(json!({ "ids": ids })).into_response()
        }
    }
}

async fn clear_faults(State(emulator): State<Emulator>) -> StatusCode {
    emulator.faults().clear();
    StatusCode::NO_CONTENT
}

/// The entities with their counts, as the main reader sees them.
async fn entities(State(emulator): State<Emulator>) -> Response {
    aside(move || {
        let world = emulator.world();
        let reader = world.organization.main_reader();
        let count =
            |entity| json!({ "entity": entity, "count": truth::count(&world, &reader, entity) });
        Json(json!(truth::entities().map(count).collect::<Vec<_>>())).into_response()
    })
    .await
}

/// The rows of an entity, one JSON object a line; `?user=limited` tells what somebody else must end up with.
async fn rows(
    State(emulator): State<Emulator>,
    Path(entity): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::parse(&query.unwrap_or_default());
    aside(move || {
        let world = emulator.world();
        let role = query.get("user").unwrap_or("reader");
        let Some(reader) = world
            .organization
            .users()
            .iter()
            .find(|user| user.role == role)
        else {
            return (StatusCode::NOT_FOUND, format!("there is no user '{role}'")).into_response();
        };
        match truth::lines(&world, reader, &entity) {
            Some(lines) => ([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response(),
            None => (
                StatusCode::NOT_FOUND,
                format!("there is no entity '{entity}'"),
            )
                .into_response(),
        }
    })
    .await
}

/// Runs what takes long beside the server's own work: much truth, and changes that run git.
async fn aside(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Changes the world, and tells what changed.
async fn change_world(State(emulator): State<Emulator>, Json(order): Json<Order>) -> Response {
    aside(
        move || match change::carry_out(&mut emulator.world_mut(), &order) {
            Ok(changed) => Json(json!({ "changed": changed })).into_response(),
            Err(refusal) => refusal.into_response(),
        },
    )
    .await
}

/// Who can sign in, with what, and to which application.
async fn directory(State(emulator): State<Emulator>) -> Json<Value> {
    Json(entra::tell(&emulator.world().entra))
}

/// What the file of a service account of the cluster holds.
async fn federated_token(State(emulator): State<Emulator>, RawQuery(query): RawQuery) -> String {
    entra::federated_token(&emulator, &Query::parse(&query.unwrap_or_default()))
}

/// `{"seconds": n}` lets time pass.
async fn skip(State(emulator): State<Emulator>, Json(order): Json<Value>) -> StatusCode {
    let seconds = order.get("seconds").and_then(Value::as_i64).unwrap_or(0);
    emulator.clock().skip(SignedDuration::from_secs(seconds));
    StatusCode::NO_CONTENT
}
