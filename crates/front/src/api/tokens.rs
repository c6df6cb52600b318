//! Tokens of the API.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::users::RoleName;
use crate::{Caller, Problem, ProblemDocument, tokens as deeds};

/// A token, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Its id.
    pub(crate) id: Uuid,
    /// Whose it is.
    pub(crate) user_id: Uuid,
    /// Their name.
    pub(crate) user_name: String,
    /// What it is for.
    pub(crate) name: String,
    /// What it may do, as far as its user may.
    pub(crate) role: RoleName,
    /// When it was made.
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// When it ends; null for never.
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    pub(crate) used_at: Option<String>,
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenWish {
    /// What it is for.
    pub(crate) name: String,
    /// What it may do; no more than whoever asks.
    pub(crate) role: RoleName,
    /// For how many days it is good; without it, until it is revoked, or as long as the token that asks.
    pub(crate) days: Option<u32>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenMade {
    /// Its id.
    pub(crate) id: Uuid,
    /// What to send as `Authorization: Bearer`. It is told this once.
    pub(crate) secret: String,
}

/// Lists one's own tokens; to an administrator, all.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people", operation_id = "list_tokens", responses(
    (status = 200, body = Vec<Token>)
))]
pub(super) async fn list(caller: Caller) -> Result<Json<Vec<Token>>, Problem> {
    let tokens = deeds::list(&caller).await?;
    Ok(Json(tokens.into_iter().map(Token::from).collect()))
}

/// Makes a token.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", operation_id = "make_token", request_body = TokenWish, responses(
    (status = 201, body = TokenMade),
    (status = 403, description = "It would do more than whoever asks", body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn make(
    caller: Caller,
    Json(wish): Json<TokenWish>,
) -> Result<(StatusCode, Json<TokenMade>), Problem> {
    let made = deeds::make(&caller, &wish.name, wish.role.into(), wish.days).await?;
    let told = TokenMade {
        id: made.id,
        secret: made.secret.text().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(told)))
}

/// Ends a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "people", operation_id = "revoke_token", params(("id" = Uuid, Path)), responses(
    (status = 204),
    (status = 404, body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn revoke(caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    deeds::revoke(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<store::people::Token> for Token {
    fn from(token: store::people::Token) -> Self {
        Self {
            id: token.id,
            user_id: token.user_id,
            user_name: token.user_name,
            name: token.name,
            role: token.role.into(),
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.map(|at| at.to_string()),
            used_at: token.used_at.map(|at| at.to_string()),
        }
    }
}
