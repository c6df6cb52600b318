//! Somebody chooses a password, by a link that an administrator gave them.

use askama::Template;
use axum::Form;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::Query;
use secrecy::SecretString;
use serde::Deserialize;

use crate::audit::entry_of;
use crate::pages::sign_in;
use crate::{Layout, Limited, Page, Problem, Ticket, Visit, cookie, password};

#[derive(Template)]
#[template(path = "invitation.html")]
struct Invitation {
    layout: Layout,
    token: String,
    name: String,
    error: &'static str,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Given {
    token: String,
    password: SecretString,
    again: SecretString,
}

pub(super) async fn show(
    _: Limited,
    visit: Visit,
    layout: Layout,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let door = &visit.door;
    let hash = Ticket::shown(&asked.token).hash();
    let user = door.store().link_user(&hash, door.now()).await?;
    let (_, name) = user.ok_or_else(not_good)?;
    let page = Invitation {
        layout,
        token: asked.token,
        name,
        error: "",
    };
    Ok(Page(page).into_response())
}

pub(super) async fn choose(
    _: Limited,
    visit: Visit,
    layout: Layout,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Problem> {
    let (door, link) = (&visit.door, Ticket::shown(&given.token).hash());
    let now = door.now();
    let user = door.store().link_user(&link, now).await?;
    let (id, name) = user.ok_or_else(not_good)?;
    if let Err(error) = password::check(&name, &given.password, &given.again) {
        let page = Invitation {
            layout,
            token: given.token,
            name,
            error,
        };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    }
    let hash = door.passwords().hash(given.password).await?;
    let mut entry = entry_of(&visit, &name, "user.password", &name, "by a link");
    entry.user_id = Some(id);
    let is_set = door
        .store()
        .user_set_password_by_link(&link, &hash, now, &entry);
    if !is_set.await? {
        return Err(not_good());
    }
    let old = cookie::get(&headers, cookie::SESSION).map(Ticket::shown);
    sign_in::enter(&visit, old.as_ref(), id, &name, door.home()).await
}

fn not_good() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "link-ended",
        "This link is not good any more",
        "It was used already, a newer one was made, or it is too old.",
        "Ask an administrator for a new one.",
    )
}
