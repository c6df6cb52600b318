//! Who is signed in, and their password.

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use secrecy::SecretString;
use serde::Deserialize;
use store::people::Way;

use crate::admit::Session;
use crate::pages::view::UserView;
use crate::{Caller, Layout, Limited, Page, Problem, entry, password, users};

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    layout: Layout,
    user: UserView,
    has_password: bool,
    is_changed: bool,
    wrong_current: &'static str,
    bad_new: &'static str,
}

#[derive(Deserialize)]
pub(super) struct Given {
    current: SecretString,
    password: SecretString,
    again: SecretString,
}

pub(super) async fn show(caller: Caller, layout: Layout) -> Result<Response, Problem> {
    page(&caller, layout, Outcome::Asked).await
}

pub(super) async fn change_password(
    _: Limited,
    caller: Caller,
    axum::Extension(session): axum::Extension<Session>,
    layout: Layout,
    Form(given): Form<Given>,
) -> Result<Response, Problem> {
    let door = &caller.visit.door;
    let known = door.store().user_password(&caller.name).await?;
    let hash = known
        .filter(|(id, _)| *id == caller.id)
        .map(|(_, hash)| hash);
    if !door.passwords().is(given.current, hash).await? {
        return page(&caller, layout, Outcome::WrongCurrent).await;
    }
    if let Err(error) = password::check(&caller.name, &given.password, &given.again) {
        return page(&caller, layout, Outcome::BadNew(error)).await;
    }
    let hash = door.passwords().hash(given.password).await?;
    let entry = entry(&caller, "user.password", &caller.name, "");
    let keep = session.id.hash();
    door.store()
        .user_set_password(caller.id, &hash, Some(&keep), &entry)
        .await?;
    page(&caller, layout, Outcome::Changed).await
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Asked,
    Changed,
    WrongCurrent,
    BadNew(&'static str),
}

async fn page(caller: &Caller, layout: Layout, outcome: Outcome) -> Result<Response, Problem> {
    let user = users::get(caller, caller.id).await?;
    let page = Account {
        layout,
        has_password: user.way == Way::Password,
        user: UserView::of(user),
        is_changed: outcome == Outcome::Changed,
        wrong_current: match outcome {
            Outcome::WrongCurrent => "This is not your password.",
            _ => "",
        },
        bad_new: match outcome {
            Outcome::BadNew(error) => error,
            _ => "",
        },
    };
    let status = match outcome {
        Outcome::Asked | Outcome::Changed => StatusCode::OK,
        Outcome::WrongCurrent | Outcome::BadNew(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, Page(page)).into_response())
}
