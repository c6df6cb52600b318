//! The ways to sign in that are filled in, for a new connection and again for an old one.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::Form;
use front::{Administrator, Layout, Limited, Page, Problem};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::form::{About, Fields};
use super::install::leave;
use super::view::Trouble;
use super::ways::{Field, Way};
use super::{Pages, mendable, unprocessable};
use crate::by::By;
use crate::connections::{New, SignInAt, SignInFor};
use crate::given::Given;
use crate::refusal::Refusal;
use crate::view::Connection;

#[derive(Template)]
#[template(path = "way.html")]
struct WayPage {
    layout: Layout,
    way: Way,
    problem: Option<Trouble>,
    fields: Vec<Field>,
    form: Option<About>,
    action: String,
    submit: &'static str,
    back: String,
}

#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage {
    layout: Layout,
    name: String,
    signs_in_with: String,
    problem: Option<Trouble>,
    action: String,
    back: String,
}

/// What came with a form: the fields of the way among others.
type Pairs = Vec<(String, String)>;

pub(super) async fn show(
    _: Administrator,
    layout: Layout,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    let way = find(&kind)?;
    Ok(Page(new_page(
        layout,
        way,
        &Pairs::new(),
        &Fields::default(),
        None,
    ))
    .into_response())
}

pub(super) async fn connect(
    _: Limited,
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(kind): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let way = find(&kind)?;
    let fields = fields(&pairs);
    match add(&pages, &By::from(&caller), way, &pairs, &fields).await {
        Ok(connection) => {
            Ok(Redirect::to(&format!("/connections/{}", connection.id)).into_response())
        }
        Err(refusal) => {
            let refusal = mendable(refusal)?;
            Ok(unprocessable(new_page(
                layout,
                way,
                &pairs,
                &fields,
                Some(&refusal),
            )))
        }
    }
}

async fn add(
    pages: &Pages,
    by: &By,
    way: Way,
    pairs: &Pairs,
    fields: &Fields,
) -> Result<Connection, Refusal> {
    let new = New {
        name: fields.name.clone(),
        description: fields.description.clone(),
        tags: fields.tags(),
        organizations: fields.organizations(),
        credential: given(way, pairs)?,
    };
    Ok(pages.connections.add(by, new).await?.connection)
}

fn new_page(
    layout: Layout,
    way: Way,
    pairs: &Pairs,
    fields: &Fields,
    refusal: Option<&Refusal>,
) -> WayPage {
    WayPage {
        layout,
        way,
        problem: refusal.map(|refusal| Trouble::refused("Not connected yet", refusal)),
        fields: way.fields(|name| value(pairs, name)),
        form: Some(About {
            must_name: true,
            ..About::filled(fields, &[])
        }),
        action: format!("/integrations/azure-devops/ways/{}", way.kind),
        submit: "Connect",
        back: "/integrations/azure-devops".to_owned(),
    }
}

/// The page that signs an old connection in again.
pub(super) async fn again(
    _: Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let connection = pages.connections.show(&id.to_string()).await?;
    Ok(again_page(layout, &connection, &Pairs::new(), None))
}

pub(super) async fn reauthenticate(
    _: Limited,
    Administrator(caller): Administrator,
    layout: Layout,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let connection = pages.connections.show(&id.to_string()).await?;
    match replace(&pages, &By::from(&caller), &connection, &pairs).await {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let refusal = mendable(refusal)?;
            Ok(again_page(layout, &connection, &pairs, Some(&refusal)))
        }
    }
}

async fn replace(
    pages: &Pages,
    by: &By,
    connection: &Connection,
    pairs: &Pairs,
) -> Result<Response, Refusal> {
    let id = connection.id.to_string();
    let Some(way) = Way::of(&connection.credential.kind) else {
        let purpose = SignInFor::Again(id);
        let begun = pages
            .connections
            .sign_in_begin(by, purpose, SignInAt::default())
            .await?;
        return Ok(leave(&begun));
    };
    pages
        .connections
        .reauthenticate(by, &id, given(way, pairs)?)
        .await?;
    Ok(Redirect::to(&format!("/connections/{id}")).into_response())
}

fn again_page(
    layout: Layout,
    connection: &Connection,
    pairs: &Pairs,
    refusal: Option<&Refusal>,
) -> Response {
    let problem = refusal.map(|refusal| Trouble::refused("Not signed in again yet", refusal));
    let is_refused = problem.is_some();
    let back = format!("/connections/{}", connection.id);
    let action = format!("{back}/reauthenticate");
    let known = |name: &str| match name {
        "tenant_id" => connection.credential.tenant_id.map(|id| id.to_string()),
        "client_id" => connection.credential.client_id.map(|id| id.to_string()),
        _ => None,
    };
    match Way::of(&connection.credential.kind) {
        Some(way) => answer(
            WayPage {
                layout,
                way,
                problem,
                fields: way.fields(|name| {
                    let typed = value(pairs, name);
                    if typed.is_empty() {
                        known(name).unwrap_or_default()
                    } else {
                        typed
                    }
                }),
                form: None,
                action,
                submit: "Re-authenticate",
                back,
            },
            is_refused,
        ),
        None => answer(
            AgainPage {
                layout,
                name: connection.name.clone(),
                signs_in_with: connection.credential.label.clone(),
                problem,
                action,
                back,
            },
            is_refused,
        ),
    }
}

fn answer<T: Template>(template: T, is_refused: bool) -> Response {
    if is_refused {
        unprocessable(template)
    } else {
        Page(template).into_response()
    }
}

fn find(kind: &str) -> Result<Way, Problem> {
    Way::of(kind).ok_or_else(|| Problem::not_found("There is no such way to sign in."))
}

fn value(pairs: &Pairs, name: &str) -> String {
    let found = pairs.iter().find(|(found, _)| found == name);
    found.map_or_else(String::new, |(_, value)| value.clone())
}

/// What is not of the way.
fn fields(pairs: &Pairs) -> Fields {
    let all = |name: &str| {
        let found = pairs.iter().filter(|(found, _)| found == name);
        found.map(|(_, value)| value.clone()).collect()
    };
    Fields {
        name: value(pairs, "name"),
        description: value(pairs, "description"),
        tags: value(pairs, "tags"),
        organizations: all("organizations"),
        ..Fields::default()
    }
}

/// The credential, as programs give it: empty fields are left out, and a day ends at its end.
fn given(way: Way, pairs: &Pairs) -> Result<Given, Refusal> {
    let typed: HashMap<&str, &str> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.trim()))
        .collect();
    let mut members = Map::new();
    members.insert("kind".to_owned(), way.kind.into());
    for field in way.fields(|_| String::new()) {
        let Some(text) = typed.get(field.name).filter(|text| !text.is_empty()) else {
            continue;
        };
        let text = if field.kind() == "date" {
            format!("{text}T23:59:59Z")
        } else {
            (*text).to_owned()
        };
        members.insert(field.name.to_owned(), text.into());
    }
    Given::read(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(all: &[(&str, &str)]) -> Pairs {
        all.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn what_is_typed_is_what_programs_give() {
        let way = Way::of("personal_access_token").unwrap();
        let typed = pairs(&[
            ("token", " abc "),
            ("expires_on", "2026-12-31"),
            ("name", "Work"),
            ("kind", "draft"),
        ]);
        let Given::PersonalAccessToken { expires_on, .. } = given(way, &typed).unwrap() else {
            panic!("it is another kind");
        };
        assert_eq!(expires_on.unwrap().to_string(), "2026-12-31T23:59:59Z");
        let way = Way::of("managed_identity").unwrap();
        let typed = pairs(&[("client_id", "")]);
        assert!(matches!(
            given(way, &typed),
            Ok(Given::ManagedIdentity { client_id: None })
        ));
    }

    #[test]
    fn what_is_lacking_is_named_and_nothing_repeated() {
        let way = Way::of("service_principal_secret").unwrap();
        let refusal = given(way, &pairs(&[("client_secret", "canary")])).unwrap_err();
        let told = format!("{refusal:?}");
        assert!(
            told.contains("tenant_id") && !told.contains("canary"),
            "{told}"
        );
    }
}
