//! Changes what a connection is called and covers.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::Form;
use front::{Administrator, Layout, Page, Problem};
use uuid::Uuid;

use super::form::{About, Fields};
use super::view::Trouble;
use super::{Pages, mendable, unprocessable};
use crate::by::By;
use crate::connections::Edit;

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    layout: Layout,
    id: Uuid,
    name: String,
    back: String,
    problem: Option<Trouble>,
    form: About,
}

pub(super) async fn show(
    _: Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let connection = pages.connections.show(&id.to_string()).await?;
    let form = About::of(&connection);
    Ok(Page(page(layout, id, connection.name, form, None)).into_response())
}

fn page(layout: Layout, id: Uuid, name: String, form: About, problem: Option<Trouble>) -> EditPage {
    EditPage {
        layout,
        id,
        name,
        back: format!("/connections/{id}"),
        problem,
        form,
    }
}

pub(super) async fn save(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let name = id.to_string();
    let connection = pages.connections.show(&name).await?;
    let organizations = fields.organizations();
    let edit = Edit {
        name: Some(fields.name.clone()),
        description: Some(fields.description.clone()),
        tags: Some(fields.tags()),
        organizations: Some(organizations)
            .filter(|named| !(named.is_empty() && connection.all_organizations)),
    };
    match pages
        .connections
        .edit(&By::from(&caller), &name, edit)
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("/connections/{id}")).into_response()),
        Err(refusal) => {
            let trouble = Trouble::refused("Not saved yet", &mendable(refusal)?);
            let form = About::filled(&fields, &[]);
            Ok(unprocessable(page(
                layout,
                id,
                connection.name,
                form,
                Some(trouble),
            )))
        }
    }
}
