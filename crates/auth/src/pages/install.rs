//! *Install*: to Microsoft, and back.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum_extra::extract::Query;
use front::{Administrator, Layout, Limited, Page, Problem, Ticket, cookie};
use secrecy::SecretString;
use serde::Deserialize;

use super::view::Trouble;
use super::ways::Way;
use super::{Pages, mendable, unprocessable};
use crate::by::By;
use crate::connections::{SignInAnswer, SignInAt, SignInBegun, SignInEnded, SignInFor};

/// What a browser keeps while its person is at Microsoft.
const COOKIE: &str = "__Host-adit-connect";

#[derive(Template)]
#[template(path = "install.html")]
struct Install {
    layout: Layout,
    problem: Option<Trouble>,
    signs_people_in: bool,
    organization: String,
    ways: [Way; 5],
}

/// Where to sign in.
#[derive(Deserialize)]
pub(super) struct Where {
    #[serde(default)]
    organization: String,
}

/// What Microsoft sends back with the browser.
#[derive(Deserialize)]
pub(super) struct Came {
    #[serde(default)]
    state: String,
    code: Option<SecretString>,
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
    iss: Option<String>,
}

pub(super) async fn show(_: Administrator, layout: Layout, State(pages): State<Pages>) -> Response {
    Page(page(layout, &pages, String::new(), None)).into_response()
}

fn page(layout: Layout, pages: &Pages, organization: String, problem: Option<Trouble>) -> Install {
    Install {
        layout,
        problem,
        signs_people_in: pages.connections.signs_people_in(),
        organization,
        ways: Way::ALL,
    }
}

pub(super) async fn sign_in(
    _: Limited,
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Form(given): Form<Where>,
) -> Result<Response, Problem> {
    let at = SignInAt {
        organization: Some(given.organization.clone()),
        ..SignInAt::default()
    };
    let by = By::from(&caller);
    match pages
        .connections
        .sign_in_begin(&by, SignInFor::New, at)
        .await
    {
        Ok(begun) => Ok(leave(&begun)),
        Err(refusal) => {
            let trouble = Trouble::refused("The sign-in did not begin", &mendable(refusal)?);
            Ok(unprocessable(page(
                layout,
                &pages,
                given.organization,
                Some(trouble),
            )))
        }
    }
}

/// Sends the browser to Microsoft.
pub(super) fn leave(begun: &SignInBegun) -> Response {
    let keep = [(
        header::SET_COOKIE,
        cookie::set(COOKIE, begun.browser.text()),
    )];
    (AppendHeaders(keep), Redirect::to(begun.url.as_str())).into_response()
}

pub(super) async fn come_back(
    _: Limited,
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(came): Query<Came>,
) -> Result<Response, Problem> {
    let browser = Ticket::shown(cookie::get(&headers, COOKIE).unwrap_or_default());
    let answer = SignInAnswer {
        state: came.state,
        code: came.code,
        error: came.error,
        error_description: came.error_description,
        issuer: came.iss,
    };
    let by = By::from(&caller);
    let ended = pages
        .connections
        .sign_in_complete(&by, answer, &browser)
        .await;
    let forget = [(header::SET_COOKIE, cookie::clear(COOKIE))];
    let response = match ended {
        Ok(SignInEnded::Draft(id)) => {
            Redirect::to(&format!("/integrations/azure-devops/drafts/{id}")).into_response()
        }
        Ok(SignInEnded::Again(id)) => Redirect::to(&format!("/connections/{id}")).into_response(),
        Err(refusal) => {
            let trouble = Trouble::refused("You are not signed in", &mendable(refusal)?);
            unprocessable(page(layout, &pages, String::new(), Some(trouble)))
        }
    };
    Ok((AppendHeaders(forget), response).into_response())
}
