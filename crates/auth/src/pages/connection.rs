//! The page of a connection: how it stands, what can be read, how the sync goes.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use front::{Administrator, Caller, Layout, Page, Problem};
use uuid::Uuid;

use super::matrix::Matrix;
use super::sync::{self, Sync};
use super::view::{Shown, Trouble};
use super::{Pages, mendable, unprocessable};
use crate::by::By;
use crate::refusal::Refusal;

#[derive(Template)]
#[template(path = "connection.html")]
struct ConnectionPage {
    layout: Layout,
    problem: Option<Trouble>,
    connection: Shown,
    matrix: Matrix,
    sync: Result<Sync, String>,
}

pub(super) async fn show(
    _: Caller,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    Ok(Page(page(&pages, layout, id, None).await?).into_response())
}

async fn page(
    pages: &Pages,
    layout: Layout,
    id: Uuid,
    trouble: Option<Trouble>,
) -> Result<ConnectionPage, Problem> {
    let connection = pages.connections.show(&id.to_string()).await?;
    let checks = pages.connections.checks(&id.to_string()).await?;
    Ok(ConnectionPage {
        layout,
        problem: trouble.or_else(|| Trouble::of(&connection)),
        matrix: Matrix::kept(&connection, &checks),
        connection: Shown::from(connection),
        sync: sync::status(&pages.bus, id).await,
    })
}

pub(super) async fn check(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let checked = pages
        .connections
        .check(&By::from(&caller), &id.to_string())
        .await;
    done(&pages, layout, id, "Nothing could be checked", checked).await
}

pub(super) async fn pause(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let paused = pages
        .connections
        .pause(&By::from(&caller), &id.to_string())
        .await;
    done(&pages, layout, id, "Not paused", paused).await
}

pub(super) async fn resume(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let resumed = pages
        .connections
        .resume(&By::from(&caller), &id.to_string())
        .await;
    done(&pages, layout, id, "Not resumed", resumed).await
}

pub(super) async fn sync(
    _: Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let begun = sync::start(&pages.bus, id).await;
    done(&pages, layout, id, "The sync was not ordered", begun).await
}

/// Back to the page; with what stood in the way, if anything did.
async fn done<T>(
    pages: &Pages,
    layout: Layout,
    id: Uuid,
    title: &'static str,
    outcome: Result<T, Refusal>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/connections/{id}")).into_response()),
        Err(refusal) => {
            let trouble = Trouble::refused(title, &mendable(refusal)?);
            Ok(unprocessable(page(pages, layout, id, Some(trouble)).await?))
        }
    }
}
