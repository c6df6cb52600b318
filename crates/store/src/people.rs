//! People: users, their sessions, the tokens of the API, and what was changed by whom.
//!
//! Secrets come in as their hashes only. Each change takes the [`audit::Entry`] that tells of it, and writes both or neither.

pub mod audit;
mod link;
mod newcomer;
mod openid;
mod session;
mod token;
mod user;

pub use session::{SessionLimits, Visitor};
pub use token::{NewToken, Token, TokenUser};
pub use user::{Change, NewUser, User, Way};

/// SHA-256 of a secret.
pub type Hash = [u8; 32];

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// See.
    Viewer,
    /// See and change.
    Administrator,
}

impl Role {
    /// As it is stored and told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Administrator => "administrator",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Administrator]
            .into_iter()
            .find(|role| role.as_str() == name)
    }

    /// As it was stored; the table allows no other.
    fn stored(name: &str) -> Self {
        Self::named(name).unwrap_or(Self::Viewer)
    }
}
