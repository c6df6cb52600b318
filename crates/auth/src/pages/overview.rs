//! *Integrations*: what is connected, and what can be.

use askama::Template;
use axum::extract::State;
use front::{Caller, Layout, Page, Problem};

use super::Pages;
use super::view::Shown;

#[derive(Template)]
#[template(path = "integrations.html")]
pub(super) struct Integrations {
    layout: Layout,
    connections: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "available.html")]
pub(super) struct Available {
    layout: Layout,
}

pub(super) async fn integrations(
    _: Caller,
    layout: Layout,
    State(pages): State<Pages>,
) -> Result<Page<Integrations>, Problem> {
    let connections = pages.connections.list().await?;
    Ok(Page(Integrations {
        layout,
        connections: connections.into_iter().map(Shown::from).collect(),
    }))
}

pub(super) async fn available(_: Caller, layout: Layout) -> Page<Available> {
    Page(Available { layout })
}
