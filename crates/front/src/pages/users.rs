//! Users, for administrators.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use store::people::{Role, Way};
use uuid::Uuid;

use crate::pages::view::UserView;
use crate::users::Link;
use crate::{Administrator, Layout, Moment, Page, Problem, users as deeds};

#[derive(Template)]
#[template(path = "users.html")]
struct Users {
    layout: Layout,
    all: Vec<UserView>,
    name: String,
    is_administrator: bool,
    error: String,
}

#[derive(Template)]
#[template(path = "user.html")]
struct OneUser {
    layout: Layout,
    is_administrator: bool,
    can_reset: bool,
    reset: String,
    disable: String,
    enable: String,
    remove: String,
    user: UserView,
}

#[derive(Template)]
#[template(path = "user_remove.html")]
struct Remove {
    layout: Layout,
    action: String,
    back: String,
    user: UserView,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkMade {
    layout: Layout,
    name: String,
    url: String,
    expires_at: Moment,
}

#[derive(Deserialize)]
pub(super) struct Invited {
    name: String,
    role: String,
}

#[derive(Deserialize)]
pub(super) struct RoleGiven {
    role: String,
}

pub(super) async fn list(
    administrator: Administrator,
    layout: Layout,
) -> Result<Response, Problem> {
    all(&administrator, layout, String::new(), false, String::new()).await
}

pub(super) async fn invite(
    administrator: Administrator,
    layout: Layout,
    Form(given): Form<Invited>,
) -> Result<Response, Problem> {
    let role = role(&given.role)?;
    match deeds::invite(&administrator, &given.name, role).await {
        Ok(link) => Ok(made(layout, link)),
        Err(problem) if problem.is_about_the_request() => {
            let is_administrator = role == Role::Administrator;
            let detail = problem.detail().to_owned();
            let page = all(&administrator, layout, given.name, is_administrator, detail).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn show(
    Administrator(caller): Administrator,
    layout: Layout,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let user = deeds::get(&caller, id).await?;
    let page = OneUser {
        layout,
        is_administrator: user.role == Role::Administrator,
        can_reset: user.way != Way::OpenId && user.disabled_at.is_none(),
        reset: format!("/users/{id}/reset"),
        disable: format!("/users/{id}/disable"),
        enable: format!("/users/{id}/enable"),
        remove: format!("/users/{id}/remove"),
        user: UserView::of(user),
    };
    Ok(Page(page).into_response())
}

pub(super) async fn set_role(
    administrator: Administrator,
    Path(id): Path<Uuid>,
    Form(given): Form<RoleGiven>,
) -> Result<Redirect, Problem> {
    deeds::set_role(&administrator, id, role(&given.role)?).await?;
    Ok(Redirect::to(&format!("/users/{id}")))
}

pub(super) async fn disable(
    administrator: Administrator,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Problem> {
    deeds::set_disabled(&administrator, id, true).await?;
    Ok(Redirect::to(&format!("/users/{id}")))
}

pub(super) async fn enable(
    administrator: Administrator,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Problem> {
    deeds::set_disabled(&administrator, id, false).await?;
    Ok(Redirect::to(&format!("/users/{id}")))
}

pub(super) async fn reset(
    administrator: Administrator,
    layout: Layout,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    Ok(made(layout, deeds::reset(&administrator, id).await?))
}

pub(super) async fn ask_to_remove(
    Administrator(caller): Administrator,
    layout: Layout,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let page = Remove {
        layout,
        action: format!("/users/{id}/remove"),
        back: format!("/users/{id}"),
        user: UserView::of(deeds::get(&caller, id).await?),
    };
    Ok(Page(page).into_response())
}

pub(super) async fn remove(
    administrator: Administrator,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Problem> {
    deeds::remove(&administrator, id).await?;
    Ok(Redirect::to("/users"))
}

async fn all(
    Administrator(caller): &Administrator,
    layout: Layout,
    name: String,
    is_administrator: bool,
    error: String,
) -> Result<Response, Problem> {
    let users = caller.visit.door.store().user_list().await?;
    let page = Users {
        layout,
        all: users.into_iter().map(UserView::of).collect(),
        name,
        is_administrator,
        error,
    };
    Ok(Page(page).into_response())
}

fn made(layout: Layout, link: Link) -> Response {
    let page = LinkMade {
        layout,
        name: link.name,
        url: link.url,
        expires_at: Moment(link.expires_at),
    };
    Page(page).into_response()
}

/// The role of this name.
pub(super) fn role(name: &str) -> Result<Role, Problem> {
    Role::named(name).ok_or_else(|| {
        Problem::invalid(
            "There is no such role.",
            "The roles are viewer and administrator.",
        )
    })
}
