//! Keys over HTTP.

use axum::Json;
use axum::extract::State;
use front::{Administrator, Caller, Problem, ProblemDocument};

use super::Api;
use crate::By;
use crate::connections::{KeyStanding, Rotated};

#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", operation_id = "get_keys", responses(
    (status = 200, description = "Which keys there are, and what they have sealed", body = KeyStanding)
))]
pub(super) async fn standing(
    State(api): State<Api>,
    _: Caller,
) -> Result<Json<KeyStanding>, Problem> {
    Ok(Json(api.connections.key_standing().await?))
}

#[utoipa::path(post, path = "/api/v1/keys/rotate", tag = "keys", operation_id = "rotate_keys", responses(
    (status = 200, description = "What was sealed anew; ask again while something remains", body = Rotated),
    (status = 422, description = "The keys cannot be used", body = ProblemDocument)
))]
pub(super) async fn rotate(
    State(api): State<Api>,
    Administrator(caller): Administrator,
) -> Result<Json<Rotated>, Problem> {
    Ok(Json(api.connections.key_rotate(&By::from(&caller)).await?))
}
