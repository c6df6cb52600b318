//! One request: its number and where it comes from.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use uuid::Uuid;

use crate::{Door, Problem};

/// What is known of every request before anybody looks at it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The door that it came through.
    pub door: Door,
    /// Its number, in logs, audit rows and error pages.
    pub correlation_id: Uuid,
    /// From where.
    pub address: IpAddr,
    /// The path that was asked for.
    pub path: String,
    /// The path with its query.
    pub(crate) target: String,
    /// How it was asked for.
    pub(crate) method: Method,
    /// Whether a program asks, who wants problems as JSON.
    pub(crate) wants_json: bool,
    /// Whether htmx asks, for a part of a page.
    pub(crate) is_part: bool,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Problem::internal(anyhow::anyhow!("a request did not come through the door"))
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Door {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Visit::from_request_parts(parts, state).await?.door)
    }
}
