//! Signed in, and not yet saved: a name, the organizations, and what can be read of them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::Form;
use front::{Administrator, Layout, Page, Problem};
use uuid::Uuid;

use super::form::{About, Fields};
use super::matrix::Matrix;
use super::view::Trouble;
use super::{Pages, mendable, unprocessable};
use crate::by::By;
use crate::connections::New;
use crate::given::Given;
use crate::refusal::Refusal;

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    layout: Layout,
    id: Uuid,
    signed_in_as: String,
    problem: Option<Trouble>,
    form: About,
    matrix: Option<Matrix>,
}

/// The page, and whether what it shows was accepted.
struct Shown {
    page: DraftPage,
    is_refused: bool,
}

pub(super) async fn show(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let by = By::from(&caller);
    let shown = page(&pages, &by, layout, id, &Fields::default(), None).await?;
    Ok(shown.respond())
}

pub(super) async fn submit(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let by = By::from(&caller);
    let refusal = match fields.action.as_str() {
        "save" => {
            let new = New {
                name: fields.name.clone(),
                description: fields.description.clone(),
                tags: fields.tags(),
                organizations: fields.organizations(),
                credential: Given::Draft { draft: id },
            };
            match pages.connections.add(&by, new).await {
                Ok(checked) => {
                    let page = format!("/connections/{}", checked.connection.id);
                    return Ok(Redirect::to(&page).into_response());
                }
                Err(refusal) => Some(mendable(refusal)?),
            }
        }
        _ => None,
    };
    let shown = page(&pages, &by, layout, id, &fields, refusal).await?;
    Ok(shown.respond())
}

impl Shown {
    fn respond(self) -> Response {
        if self.is_refused {
            unprocessable(self.page)
        } else {
            Page(self.page).into_response()
        }
    }
}

async fn page(
    pages: &Pages,
    by: &By,
    layout: Layout,
    id: Uuid,
    fields: &Fields,
    refusal: Option<Refusal>,
) -> Result<Shown, Problem> {
    let draft = pages.connections.draft(by, id).await?;
    let (organizations, refusal) = match pages.connections.draft_organizations(by, id).await {
        Ok(organizations) => (organizations, refusal),
        // The page is shown all the same: names can be typed.
        Err(unlisted) => (Vec::new(), refusal.or(Some(mendable(unlisted)?))),
    };
    let (matrix, refusal) = if matches!(fields.action.as_str(), "check" | "save") {
        match pages
            .connections
            .draft_check(by, id, fields.organizations())
            .await
        {
            Ok(checks) => (Some(Matrix::asked(&checks)), refusal),
            Err(unchecked) => (None, refusal.or(Some(mendable(unchecked)?))),
        }
    } else {
        (None, refusal)
    };
    let is_refused = refusal.is_some();
    Ok(Shown {
        page: DraftPage {
            layout,
            id,
            signed_in_as: draft.credential.label,
            problem: refusal.map(|refusal| Trouble::refused("Not saved yet", &refusal)),
            form: About::filled(fields, &organizations),
            matrix,
        },
        is_refused,
    })
}
