//! The keys that seal secrets, and what they hold.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use front::{Administrator, Layout, Page, Problem};

use super::view::{Badge, Trouble, sentence};
use super::{Pages, mendable, unprocessable};
use crate::by::By;
use crate::connections::KeyStanding;

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    layout: Layout,
    problem: Option<Trouble>,
    keys: Vec<KeyRow>,
}

/// One key.
struct KeyRow {
    id: String,
    state: Badge,
    secrets: u64,
}

pub(super) async fn show(
    _: Administrator,
    layout: Layout,
    State(pages): State<Pages>,
) -> Result<Response, Problem> {
    let standing = pages.connections.key_standing().await?;
    Ok(Page(page(layout, standing, None)).into_response())
}

pub(super) async fn rotate(
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
) -> Result<Response, Problem> {
    match pages.connections.key_rotate(&By::from(&caller)).await {
        Ok(_) => Ok(Redirect::to("/keys").into_response()),
        Err(refusal) => {
            let trouble = Trouble::refused("Not all secrets were sealed anew", &mendable(refusal)?);
            let standing = pages.connections.key_standing().await?;
            Ok(unprocessable(page(layout, standing, Some(trouble))))
        }
    }
}

fn page(layout: Layout, standing: KeyStanding, trouble: Option<Trouble>) -> KeysPage {
    let keys = standing
        .keys
        .into_iter()
        .map(|key| KeyRow {
            id: key.id,
            state: match key.state {
                "sealing" => Badge::new("good", "seals and opens"),
                "missing" => Badge::new("bad", "missing"),
                _ => Badge::new("calm", "opens"),
            },
            secrets: key.secrets,
        })
        .collect();
    let lacking = (!standing.explanation.is_empty()).then(|| Trouble {
        title: "The keys do not fit",
        explanation: sentence(&standing.explanation),
        remedy: String::new(),
        link: String::new(),
    });
    KeysPage {
        layout,
        problem: trouble.or(lacking),
        keys,
    }
}
