//! Tokens of the API.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::pages::users::role;
use crate::pages::view::TokenView;
use crate::{Caller, Layout, Page, Problem, tokens as deeds};

#[derive(Template)]
#[template(path = "tokens.html")]
struct Tokens {
    layout: Layout,
    all: Vec<TokenView>,
    shows_users: bool,
    name: String,
    error: String,
}

#[derive(Template)]
#[template(path = "token.html")]
struct TokenMade {
    layout: Layout,
    name: String,
    secret: String,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    name: String,
    role: String,
    days: u32,
}

pub(super) async fn show(caller: Caller, layout: Layout) -> Result<Response, Problem> {
    all(&caller, layout, String::new(), String::new()).await
}

pub(super) async fn make(
    caller: Caller,
    layout: Layout,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let days = Some(asked.days).filter(|days| *days > 0);
    match deeds::make(&caller, &asked.name, role(&asked.role)?, days).await {
        Ok(made) => {
            let page = TokenMade {
                layout,
                name: made.name,
                secret: made.secret.text().to_owned(),
            };
            Ok(Page(page).into_response())
        }
        Err(problem) if problem.is_about_the_request() => {
            let page = all(&caller, layout, asked.name, problem.detail().to_owned()).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

pub(super) async fn revoke(caller: Caller, Path(id): Path<Uuid>) -> Result<Redirect, Problem> {
    deeds::revoke(&caller, id).await?;
    Ok(Redirect::to("/tokens"))
}

async fn all(
    caller: &Caller,
    layout: Layout,
    name: String,
    error: String,
) -> Result<Response, Problem> {
    let now = caller.visit.door.now();
    let tokens = deeds::list(caller).await?;
    let page = Tokens {
        layout,
        all: tokens
            .into_iter()
            .map(|token| TokenView::of(token, now))
            .collect(),
        shows_users: caller.is_administrator(),
        name,
        error,
    };
    Ok(Page(page).into_response())
}
