//! What is around the content of every page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::admit::Session;
use crate::{Caller, Problem, Visit, assets};

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NavigationEntry {
    /// What it is called.
    pub label: &'static str,
    /// Its page; the pages below it belong to it.
    pub path: &'static str,
    /// Whether viewers do not see it.
    pub administrators_only: bool,
}

/// Who is signed in, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Whether they may change things.
    pub is_administrator: bool,
}

impl Person {
    /// What they may do, as a page shows it.
    pub fn role(&self) -> &'static str {
        if self.is_administrator {
            "Administrator"
        } else {
            "Viewer"
        }
    }
}

/// What is around the content of a page: a field `layout` of every template that extends `layout.html`.
#[derive(Clone, Debug)]
pub struct Layout(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    person: Option<Person>,
    csrf: String,
    path: String,
    navigation: Vec<NavigationEntry>,
}

/// An entry of the navigation on a page.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// What it is called.
    pub label: &'static str,
    /// Its page.
    pub path: &'static str,
    /// Whether the page belongs to it.
    pub is_current: bool,
}

impl Layout {
    pub(crate) fn new(visit: &Visit, caller: Option<&Caller>, session: Option<&Session>) -> Self {
        Self(Arc::new(Inside {
            person: caller.map(|caller| Person {
                name: caller.name.clone(),
                is_administrator: caller.is_administrator(),
            }),
            csrf: session.map_or_else(String::new, |session| session.csrf.text().to_owned()),
            path: visit.path.clone(),
            navigation: visit.door.navigation().to_vec(),
        }))
    }

    /// Who is signed in.
    pub fn person(&self) -> Option<&Person> {
        self.0.person.as_ref()
    }

    /// Whether whoever sees the page may change things.
    pub fn is_administrator(&self) -> bool {
        self.person().is_some_and(|person| person.is_administrator)
    }

    /// The token for the field `csrf` of forms.
    pub fn csrf(&self) -> &str {
        &self.0.csrf
    }

    /// The navigation of whoever sees the page.
    pub fn navigation(&self) -> Vec<Shown> {
        let is_under = |path: &str| {
            self.0
                .path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.0
            .navigation
            .iter()
            .filter(|entry| {
                self.person().is_some() && (!entry.administrators_only || self.is_administrator())
            })
            .map(|entry| Shown {
                label: entry.label,
                path: entry.path,
                is_current: is_under(entry.path),
            })
            .collect()
    }

    /// Where the stylesheet is.
    pub fn style(&self) -> &'static str {
        assets::style().path()
    }

    /// Where the script is.
    pub fn script(&self) -> &'static str {
        assets::script().path()
    }

    /// Where the icon is.
    pub fn icon(&self) -> &'static str {
        assets::icon().path()
    }
}

impl<S: Sync> FromRequestParts<S> for Layout {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Problem::internal(anyhow::anyhow!("a request did not come through the door"))
        })
    }
}
