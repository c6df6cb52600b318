//! The first administrator, by a link that was written to the log.

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::Query;
use secrecy::SecretString;
use serde::Deserialize;
use store::people::{NewUser, Role};
use uuid::Uuid;

use crate::audit::entry_of;
use crate::pages::sign_in;
use crate::{Layout, Limited, Page, Problem, Ticket, Visit, password, users};

#[derive(Template)]
#[template(path = "setup.html")]
struct Setup {
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
    name: String,
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
    if !door.store().link_is_setup(&hash, door.now()).await? {
        return Err(not_good());
    }
    let page = Setup {
        layout,
        token: asked.token,
        name: String::new(),
        error: "",
    };
    Ok(Page(page).into_response())
}

pub(super) async fn set_up(
    _: Limited,
    visit: Visit,
    layout: Layout,
    Form(given): Form<Given>,
) -> Result<Response, Problem> {
    let (door, link) = (&visit.door, Ticket::shown(&given.token).hash());
    let now = door.now();
    // Asked first, so that nobody has passwords hashed for nothing.
    if !door.store().link_is_setup(&link, now).await? {
        return Err(not_good());
    }
    let checked = users::name(&given.name)
        .and_then(|name| password::check(name, &given.password, &given.again).map(|()| name));
    let name = match checked {
        Ok(name) => name,
        Err(error) => {
            let page = Setup {
                layout,
                token: given.token,
                name: given.name,
                error,
            };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
        }
    };
    let hash = door.passwords().hash(given.password).await?;
    let new = NewUser {
        id: Uuid::new_v4(),
        name,
        role: Role::Administrator,
        created_at: now,
    };
    let entry = entry_of(&visit, name, "setup", name, "the first administrator");
    if !door.store().user_set_up(&link, &new, &hash, &entry).await? {
        return Err(not_good());
    }
    sign_in::enter(&visit, None, new.id, name, door.home()).await
}

fn not_good() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "link-ended",
        "This setup address is not good any more",
        "Adit is set up already, or the address is older than 24 hours.",
        "If nobody has set Adit up yet, restart it: it writes a new address to its log.",
    )
}
