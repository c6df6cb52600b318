//! Who asks, once that is known.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;
use store::people::Role;
use uuid::Uuid;

use crate::{Problem, Visit};

/// Somebody who is signed in, or a program with a token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user's id; nil for `ADIT_ADMIN_TOKEN`.
    pub id: Uuid,
    /// The user's name.
    pub name: String,
    /// What they may do by what they came with.
    pub role: Role,
    /// What they came with.
    pub via: Via,
    /// When what they came with ends, for a token that does.
    pub(crate) ends_at: Option<Timestamp>,
    /// The request that they came by.
    pub visit: Visit,
}

/// What somebody came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// The cookie of a session.
    Session,
    /// A token of this name.
    Token(String),
}

/// Somebody who may change things.
#[derive(Clone, Debug)]
pub struct Administrator(pub Caller);

impl Caller {
    /// Whether they may change things.
    pub fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }

    /// The same as an error for who may not.
    pub fn require_administrator(&self) -> Result<(), Problem> {
        if self.is_administrator() {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }

    /// The user in the database. `ADIT_ADMIN_TOKEN` belongs to none.
    pub(crate) fn user_id(&self) -> Option<Uuid> {
        Some(self.id).filter(|id| !id.is_nil())
    }
}

impl std::fmt::Display for Via {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Session => formatter.write_str("session"),
            Self::Token(name) => write!(formatter, "token {name}"),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(Problem::not_signed_in)
    }
}

impl<S: Sync> FromRequestParts<S> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require_administrator()?;
        Ok(Self(caller))
    }
}
