//! Deletes a connection, in two steps.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use front::{Administrator, Layout, Page, Problem};
use serde::Deserialize;
use uuid::Uuid;

use super::view::sentence;
use super::{Pages, unprocessable};
use crate::by::By;
use crate::connections::{Deletion, Rows};

#[derive(Template)]
#[template(path = "delete.html")]
struct DeletePage {
    layout: Layout,
    id: Uuid,
    name: String,
    feeds: u64,
    only_here: String,
    shared: String,
    action: String,
    back: String,
    error: String,
}

#[derive(Template)]
#[template(path = "deleted.html")]
struct DeletedPage {
    layout: Layout,
    name: String,
    remains: String,
    link: String,
}

#[derive(Deserialize)]
pub(super) struct Confirmed {
    #[serde(default)]
    confirm: String,
    #[serde(default)]
    rows: String,
}

pub(super) async fn ask(
    _: Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let deletion = pages.connections.deletion(&id.to_string()).await?;
    Ok(Page(page(layout, deletion, String::new())).into_response())
}

fn page(layout: Layout, deletion: Deletion, error: String) -> DeletePage {
    let id = deletion.connection.id;
    DeletePage {
        layout,
        id,
        name: deletion.connection.name,
        feeds: deletion.feeds,
        only_here: deletion.only_here.join(", "),
        shared: deletion.shared.join(", "),
        action: format!("/connections/{id}/delete"),
        back: format!("/connections/{id}"),
        error,
    }
}

pub(super) async fn delete(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
    Form(given): Form<Confirmed>,
) -> Result<Response, Problem> {
    let deletion = pages.connections.deletion(&id.to_string()).await?;
    if given.confirm.trim() != deletion.connection.name {
        let error = "This is not its name: type it as it is shown above.".to_owned();
        return Ok(unprocessable(page(layout, deletion, error)));
    }
    let rows = match given.rows.as_str() {
        "purge" => Rows::Purge,
        _ => Rows::Keep,
    };
    let deleted = pages
        .connections
        .delete(&By::from(&caller), &id.to_string(), rows)
        .await?;
    Ok(Page(DeletedPage {
        layout,
        name: deleted.connection.name,
        remains: sentence(&deleted.remains),
        link: deleted.link,
    })
    .into_response())
}
