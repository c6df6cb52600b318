//! Connections over HTTP.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum_extra::extract::Query;
use front::{Administrator, Caller, Problem, ProblemDocument};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use crate::By;
use crate::connections::{Deleted, Deletion, Edit, New, Rows};
use crate::given::Given;
use crate::refusal::Refusal;
use crate::view::{Check, Checked, Connection};

/// A connection to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionWish {
    /// Its name, unique regardless of case.
    name: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// Words to find it by.
    #[serde(default)]
    tags: Vec<String>,
    /// Organizations by name or address; none for all that the credential can list, those too that appear later.
    #[serde(default)]
    organizations: Vec<String>,
    /// What it signs in with: `kind`, and what belongs to the kind; never given out again.
    ///
    /// - `personal_access_token`: `token`, and `expires_on` if it is known
    /// - `service_principal_secret`: `tenant_id`, `client_id`, `client_secret`, and `expires_on` if it is known
    /// - `service_principal_certificate`: `tenant_id`, `client_id`, `certificate` (PEM with the private key)
    /// - `workload_identity`: `tenant_id` and `client_id`, or nothing
    /// - `managed_identity`: `client_id`, or nothing
    /// - `draft`: `draft`, the id that a person's sign-in ended with
    #[schema(value_type = Object)]
    credential: serde_json::Value,
}

/// What is to be changed; what is not there stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionChange {
    /// Its name.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Words to find it by.
    tags: Option<Vec<String>>,
    /// Organizations by name or address; an empty list for all that the credential can list.
    organizations: Option<Vec<String>>,
}

/// Another credential of the same kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCredential {
    /// As for a new connection.
    #[schema(value_type = Object)]
    credential: serde_json::Value,
}

/// What becomes of the rows.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RowsWish {
    /// They stay as they were last read.
    #[default]
    Keep,
    /// They go, where no other connection covers their organization.
    Purge,
}

/// How to delete.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Deleting {
    /// `keep` (the default) or `purge` the rows.
    #[serde(default)]
    #[param(inline)]
    rows: RowsWish,
}

#[utoipa::path(get, path = "/api/v1/connections", tag = "connections", operation_id = "list_connections", responses(
    (status = 200, description = "All connections, by name", body = Vec<Connection>)
))]
pub(super) async fn list(
    State(api): State<Api>,
    _: Caller,
) -> Result<Json<Vec<Connection>>, Problem> {
    Ok(Json(api.connections.list().await?))
}

#[utoipa::path(post, path = "/api/v1/connections", tag = "connections", operation_id = "add_connection",
    request_body = ConnectionWish, responses(
    (status = 201, description = "The connection, and what it can read", body = Checked),
    (status = 400, description = "It cannot be", body = ProblemDocument),
    (status = 409, description = "The name is taken", body = ProblemDocument),
    (status = 422, description = "Microsoft refuses the credential, or an organization", body = ProblemDocument)
))]
pub(super) async fn add(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Json(wish): Json<ConnectionWish>,
) -> Result<(StatusCode, Json<Checked>), Problem> {
    let new = New {
        name: wish.name,
        description: wish.description,
        tags: wish.tags,
        organizations: wish.organizations,
        credential: Given::read(wish.credential)?,
    };
    let added = api.connections.add(&By::from(&caller), new).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "connections", operation_id = "get_connection",
    params(("id" = String, Path, description = "Name or guid")), responses(
    (status = 200, description = "The connection", body = Connection),
    (status = 404, description = "There is none", body = ProblemDocument)
))]
pub(super) async fn show(
    State(api): State<Api>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<Connection>, Problem> {
    Ok(Json(api.connections.show(&id).await?))
}

#[utoipa::path(patch, path = "/api/v1/connections/{id}", tag = "connections", operation_id = "change_connection",
    params(("id" = String, Path, description = "Name or guid")), request_body = ConnectionChange, responses(
    (status = 200, description = "The connection as it is now", body = Connection),
    (status = 404, description = "There is none", body = ProblemDocument),
    (status = 409, description = "The name is taken", body = ProblemDocument)
))]
pub(super) async fn edit(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    Json(change): Json<ConnectionChange>,
) -> Result<Json<Connection>, Problem> {
    let edit = Edit {
        name: change.name,
        description: change.description,
        tags: change.tags,
        organizations: change.organizations,
    };
    let edited = api.connections.edit(&By::from(&caller), &id, edit).await?;
    Ok(Json(edited))
}

#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connections", operation_id = "delete_connection",
    params(("id" = String, Path, description = "Name or guid"), Deleting), responses(
    (status = 202, description = "Its secrets are gone; the rest goes soon", body = Deleted),
    (status = 404, description = "There is none", body = ProblemDocument)
))]
pub(super) async fn remove(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    Query(deleting): Query<Deleting>,
) -> Result<(StatusCode, Json<Deleted>), Problem> {
    let rows = match deleting.rows {
        RowsWish::Keep => Rows::Keep,
        RowsWish::Purge => Rows::Purge,
    };
    let deleted = api
        .connections
        .delete(&By::from(&caller), &id, rows)
        .await?;
    Ok((StatusCode::ACCEPTED, Json(deleted)))
}

#[utoipa::path(get, path = "/api/v1/connections/{id}/deletion", tag = "connections", operation_id = "preview_deletion",
    params(("id" = String, Path, description = "Name or guid")), responses(
    (status = 200, description = "What deleting it would mean", body = Deletion),
    (status = 404, description = "There is none", body = ProblemDocument)
))]
pub(super) async fn deletion(
    State(api): State<Api>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<Deletion>, Problem> {
    Ok(Json(api.connections.deletion(&id).await?))
}

#[utoipa::path(post, path = "/api/v1/connections/{id}/pause", tag = "connections", operation_id = "pause_connection",
    params(("id" = String, Path, description = "Name or guid")), responses(
    (status = 200, description = "It is not read any more", body = Connection),
    (status = 404, description = "There is none", body = ProblemDocument)
))]
pub(super) async fn pause(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<Json<Connection>, Problem> {
    let paused = api.connections.pause(&By::from(&caller), &id).await?;
    Ok(Json(paused))
}

#[utoipa::path(post, path = "/api/v1/connections/{id}/resume", tag = "connections", operation_id = "resume_connection",
    params(("id" = String, Path, description = "Name or guid")), responses(
    (status = 200, description = "It is read again", body = Connection),
    (status = 404, description = "There is none", body = ProblemDocument),
    (status = 422, description = "Its grant is dead", body = ProblemDocument)
))]
pub(super) async fn resume(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<Json<Connection>, Problem> {
    let resumed = api.connections.resume(&By::from(&caller), &id).await?;
    Ok(Json(resumed))
}

#[utoipa::path(post, path = "/api/v1/connections/{id}/check", tag = "connections", operation_id = "check_connection",
    params(("id" = String, Path, description = "Name or guid")), responses(
    (status = 200, description = "What it can read now", body = Checked),
    (status = 404, description = "There is none", body = ProblemDocument),
    (status = 422, description = "Its grant is dead", body = ProblemDocument)
))]
pub(super) async fn check(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<Json<Checked>, Problem> {
    let checked = api.connections.check(&By::from(&caller), &id).await?;
    Ok(Json(checked))
}

#[utoipa::path(post, path = "/api/v1/connections/{id}/reauthenticate", tag = "connections",
    operation_id = "reauthenticate_connection",
    params(("id" = String, Path, description = "Name or guid")), request_body = NewCredential, responses(
    (status = 200, description = "What it can read now", body = Checked),
    (status = 404, description = "There is none", body = ProblemDocument),
    (status = 422, description = "Microsoft refuses the credential", body = ProblemDocument)
))]
pub(super) async fn reauthenticate(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    Json(new): Json<NewCredential>,
) -> Result<Json<Checked>, Problem> {
    let given = Given::read(new.credential)?;
    let by = By::from(&caller);
    Ok(Json(api.connections.reauthenticate(&by, &id, given).await?))
}

#[utoipa::path(get, path = "/api/v1/connections/{id}/checks", tag = "connections", operation_id = "list_checks",
    params(("id" = String, Path, description = "Name or guid")), responses(
    (status = 200, description = "What it can read, as last asked", body = Vec<Check>),
    (status = 404, description = "There is none", body = ProblemDocument)
))]
pub(super) async fn checks(
    State(api): State<Api>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<Check>>, Problem> {
    let checks: Result<_, Refusal> = api.connections.checks(&id).await;
    Ok(Json(checks?))
}
