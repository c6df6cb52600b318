//! Sign-ins by a code over HTTP, and the drafts that come of sign-ins.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use front::{Administrator, Problem, ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Api;
use crate::By;
use crate::connections::{DeviceBegun, DeviceStanding, Draft, SignInAt, SignInFor};
use crate::view::Organization;

/// A sign-in to begin.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceWish {
    /// A tenant by guid or domain.
    tenant: Option<String>,
    /// An organization, whose tenant is found out.
    organization: Option<String>,
    /// The connection that signs in again, by name or guid; none for a new one.
    connection: Option<String>,
}

#[utoipa::path(post, path = "/api/v1/sign-ins/device", tag = "sign-ins", operation_id = "begin_device_sign_in",
    request_body = DeviceWish, responses(
    (status = 201, description = "The code that a person types in elsewhere", body = DeviceBegun),
    (status = 422, description = "Nobody can sign in so here", body = ProblemDocument)
))]
pub(super) async fn device_begin(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Json(wish): Json<DeviceWish>,
) -> Result<(StatusCode, Json<DeviceBegun>), Problem> {
    let purpose = wish.connection.map_or(SignInFor::New, SignInFor::Again);
    let at = SignInAt {
        tenant: wish.tenant,
        organization: wish.organization,
    };
    let by = By::from(&caller);
    let begun = api.connections.device_begin(&by, purpose, at).await?;
    Ok((StatusCode::CREATED, Json(begun)))
}

#[utoipa::path(get, path = "/api/v1/sign-ins/device/{id}", tag = "sign-ins", operation_id = "get_device_sign_in",
    params(("id" = Uuid, Path)), responses(
    (status = 200, description = "How far it is", body = DeviceStanding),
    (status = 404, description = "There is none of yours", body = ProblemDocument)
))]
pub(super) async fn device_standing(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<Uuid>,
) -> Result<Json<DeviceStanding>, Problem> {
    let by = By::from(&caller);
    Ok(Json(api.connections.device_standing(&by, id).await?))
}

#[utoipa::path(get, path = "/api/v1/drafts/{id}", tag = "sign-ins", operation_id = "get_draft",
    params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Who signed in", body = Draft),
    (status = 404, description = "There is none of yours", body = ProblemDocument)
))]
pub(super) async fn draft(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<Uuid>,
) -> Result<Json<Draft>, Problem> {
    Ok(Json(api.connections.draft(&By::from(&caller), id).await?))
}

#[utoipa::path(get, path = "/api/v1/drafts/{id}/organizations", tag = "sign-ins",
    operation_id = "list_draft_organizations", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The organizations that whoever signed in can list", body = Vec<Organization>),
    (status = 404, description = "There is none of yours", body = ProblemDocument),
    (status = 422, description = "Microsoft refuses", body = ProblemDocument)
))]
pub(super) async fn draft_organizations(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<Organization>>, Problem> {
    let by = By::from(&caller);
    Ok(Json(api.connections.draft_organizations(&by, id).await?))
}
