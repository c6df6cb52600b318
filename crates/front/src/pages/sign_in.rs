//! People sign in by password, and out.

use askama::Template;
use axum::Form;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum_extra::extract::Query;
use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

use crate::admit::{self, Session};
use crate::audit::entry_of;
use crate::openid::OpenId;
use crate::{Caller, Layout, Limited, Page, Problem, Ticket, Visit, cookie, entry};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    layout: Layout,
    is_set_up: bool,
    issuer: Option<String>,
    return_to: String,
    name: String,
    error: &'static str,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    return_to: String,
}

#[derive(Deserialize)]
pub(super) struct Given {
    name: String,
    password: SecretString,
    #[serde(default)]
    return_to: String,
}

pub(super) async fn show(
    visit: Visit,
    layout: Layout,
    caller: Option<axum::Extension<Caller>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if caller.is_some() {
        return Ok(Redirect::to(visit.door.landing(&asked.return_to)).into_response());
    }
    page(&visit, layout, &asked.return_to, String::new(), "").await
}

pub(super) async fn sign_in(
    _: Limited,
    visit: Visit,
    layout: Layout,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Problem> {
    let (door, name) = (&visit.door, given.name.trim());
    let known = door.store().user_password(name).await?;
    let (id, hash) = known.unzip();
    let is_right = door.passwords().is(given.password, hash).await?;
    let Some(id) = id.filter(|_| is_right) else {
        // People type passwords where the name belongs, so only names that exist are written down.
        let who = id.map_or("", |_| name);
        let entry = entry_of(
            &visit,
            who,
            "session.refused",
            who,
            "wrong name or password",
        );
        door.store().audit_add(&entry).await?;
        let error = "The name or the password is wrong.";
        let shown = page(&visit, layout, &given.return_to, given.name, error).await?;
        return Ok((StatusCode::UNAUTHORIZED, shown).into_response());
    };
    let old = cookie::get(&headers, cookie::SESSION).map(Ticket::shown);
    enter(
        &visit,
        old.as_ref(),
        id,
        name,
        door.landing(&given.return_to),
    )
    .await
}

pub(super) async fn sign_out(
    caller: Caller,
    session: Option<axum::Extension<Session>>,
) -> Result<Response, Problem> {
    if let Some(axum::Extension(session)) = session {
        let entry = entry(&caller, "session.end", &caller.name, "");
        let store = caller.visit.door.store();
        store.session_end(&session.id.hash(), &entry).await?;
    }
    let forget = [(header::SET_COOKIE, cookie::clear(cookie::SESSION))];
    Ok((AppendHeaders(forget), Redirect::to("/sign-in")).into_response())
}

/// Begins a session under a new id for somebody who has just proved who they are, ends the one that the browser had, and leads
/// on.
pub(super) async fn enter(
    visit: &Visit,
    old: Option<&Ticket>,
    user: Uuid,
    name: &str,
    target: &str,
) -> Result<Response, Problem> {
    let (door, id) = (&visit.door, Ticket::new());
    let now = door.now();
    let mut entry = entry_of(visit, name, "session.begin", name, "");
    entry.user_id = Some(user);
    if let Some(old) = old {
        let mut ended = entry.clone();
        ended.action = "session.end";
        door.store().session_end(&old.hash(), &ended).await?;
    }
    let (hash, limits) = (id.hash(), admit::limits(now));
    let begun = door.store().session_begin(&hash, user, now, limits, &entry);
    if !begun.await? {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "disabled",
            "You cannot sign in",
            "An administrator has disabled your user.",
            "Ask an administrator to enable it.",
        ));
    }
    let keep = [(header::SET_COOKIE, cookie::set(cookie::SESSION, id.text()))];
    Ok((AppendHeaders(keep), Redirect::to(target)).into_response())
}

async fn page(
    visit: &Visit,
    layout: Layout,
    return_to: &str,
    name: String,
    error: &'static str,
) -> Result<Response, Problem> {
    let door = &visit.door;
    door.meet_issuer().await;
    let page = SignIn {
        layout,
        is_set_up: door.store().user_is_administered().await?,
        issuer: door.openid().map(OpenId::label),
        return_to: return_to.to_owned(),
        name,
        error,
    };
    Ok(Page(page).into_response())
}
