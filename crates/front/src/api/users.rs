//! Users.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use store::people::{Role, Way};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::users::Link;
use crate::{Administrator, Problem, ProblemDocument, users as deeds};

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub(crate) enum RoleName {
    /// See.
    Viewer,
    /// See and change.
    Administrator,
}

/// How a user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignIn {
    /// Not yet: they have a link to choose a password.
    Invited,
    /// By password.
    Password,
    /// By OpenID Connect.
    Openid,
}

/// A user.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// Their id.
    pub(crate) id: Uuid,
    /// Their name.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: RoleName,
    /// How they sign in.
    pub(crate) sign_in: SignIn,
    /// Whether they are kept from signing in.
    pub(crate) disabled: bool,
    /// When they were added.
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// When they last signed in.
    #[schema(format = DateTime)]
    pub(crate) signed_in_at: Option<String>,
}

/// A user to be invited.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Invitation {
    /// Their name, unique regardless of case.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: RoleName,
}

/// A link by which a user chooses a password, once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PasswordLink {
    /// Whose password.
    pub(crate) user: Uuid,
    /// The link. Whoever has it can choose the password.
    pub(crate) url: String,
    /// When it ends.
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
}

/// What to change of a user.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// What they may do.
    pub(crate) role: Option<RoleName>,
    /// Whether they are kept from signing in.
    pub(crate) disabled: Option<bool>,
}

/// Lists all users.
#[utoipa::path(get, path = "/api/v1/users", tag = "people", operation_id = "list_users", responses(
    (status = 200, body = Vec<User>),
    (status = 403, body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn list(Administrator(caller): Administrator) -> Result<Json<Vec<User>>, Problem> {
    let users = caller.visit.door.store().user_list().await?;
    Ok(Json(users.into_iter().map(User::from).collect()))
}

/// Invites somebody: adds a user, and gives the link by which they choose a password within 7 days.
#[utoipa::path(post, path = "/api/v1/users", tag = "people", operation_id = "invite_user", request_body = Invitation, responses(
    (status = 201, body = PasswordLink),
    (status = 409, description = "The name is taken", body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn invite(
    administrator: Administrator,
    Json(asked): Json<Invitation>,
) -> Result<(StatusCode, Json<PasswordLink>), Problem> {
    let link = deeds::invite(&administrator, &asked.name, asked.role.into()).await?;
    Ok((StatusCode::CREATED, Json(link.into())))
}

/// Gives a user.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "people", operation_id = "get_user", params(("id" = Uuid, Path)), responses(
    (status = 200, body = User),
    (status = 404, body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn get(
    Administrator(caller): Administrator,
    Path(id): Path<Uuid>,
) -> Result<Json<User>, Problem> {
    Ok(Json(deeds::get(&caller, id).await?.into()))
}

/// Changes a user's role, or disables or enables them.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "people", operation_id = "change_user", params(("id" = Uuid, Path)), request_body = UserChange, responses(
    (status = 200, body = User),
    (status = 409, description = "Nobody would be left who can administer", body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn change(
    administrator: Administrator,
    Path(id): Path<Uuid>,
    Json(asked): Json<UserChange>,
) -> Result<Json<User>, Problem> {
    if let Some(role) = asked.role {
        deeds::set_role(&administrator, id, role.into()).await?;
    }
    if let Some(disabled) = asked.disabled {
        deeds::set_disabled(&administrator, id, disabled).await?;
    }
    Ok(Json(deeds::get(&administrator.0, id).await?.into()))
}

/// Gives a link by which a user chooses a new password within 24 hours.
#[utoipa::path(post, path = "/api/v1/users/{id}/reset-password", tag = "people", operation_id = "reset_password", params(("id" = Uuid, Path)), responses(
    (status = 201, body = PasswordLink),
    (status = 409, description = "They sign in by OpenID Connect", body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn reset(
    administrator: Administrator,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<PasswordLink>), Problem> {
    let link = deeds::reset(&administrator, id).await?;
    Ok((StatusCode::CREATED, Json(link.into())))
}

/// Removes a user with their sessions and tokens.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "people", operation_id = "remove_user", params(("id" = Uuid, Path)), responses(
    (status = 204),
    (status = 409, description = "Nobody would be left who can administer", body = ProblemDocument, content_type = "application/problem+json")
))]
pub(super) async fn remove(
    administrator: Administrator,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    deeds::remove(&administrator, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Administrator => Self::Administrator,
        }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Administrator => Self::Administrator,
        }
    }
}

impl From<store::people::User> for User {
    fn from(user: store::people::User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            role: user.role.into(),
            sign_in: match user.way {
                Way::Invited => SignIn::Invited,
                Way::Password => SignIn::Password,
                Way::OpenId => SignIn::Openid,
            },
            disabled: user.disabled_at.is_some(),
            created_at: user.created_at.to_string(),
            signed_in_at: user.signed_in_at.map(|at| at.to_string()),
        }
    }
}

impl From<Link> for PasswordLink {
    fn from(link: Link) -> Self {
        Self {
            user: link.user,
            url: link.url,
            expires_at: link.expires_at.to_string(),
        }
    }
}
