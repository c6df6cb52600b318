//! Users and tokens as pages show them.

use jiff::Timestamp;
use store::people::{Role, Token, User, Way};
use uuid::Uuid;

use crate::Moment;

/// A user on a page.
#[derive(Debug)]
pub(super) struct UserView {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) tone: &'static str,
    pub(super) state: &'static str,
    pub(super) way: &'static str,
    pub(super) is_disabled: bool,
    pub(super) created_at: Moment,
    pub(super) signed_in_at: Option<Moment>,
}

/// A token on a page.
#[derive(Debug)]
pub(super) struct TokenView {
    pub(super) id: Uuid,
    pub(super) user: String,
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) expires_at: Option<Moment>,
    pub(super) has_ended: bool,
    pub(super) used_at: Option<Moment>,
}

impl UserView {
    pub(super) fn of(user: User) -> Self {
        let is_disabled = user.disabled_at.is_some();
        let (tone, state) = match user.way {
            _ if is_disabled => ("bad", "disabled"),
            Way::Invited => ("warn", "invited"),
            Way::Password | Way::OpenId => ("good", "active"),
        };
        Self {
            id: user.id,
            name: user.name,
            role: role(user.role),
            tone,
            state,
            way: match user.way {
                Way::Invited => "nothing yet",
                Way::Password => "password",
                Way::OpenId => "identity provider",
            },
            is_disabled,
            created_at: Moment(user.created_at),
            signed_in_at: user.signed_in_at.map(Moment),
        }
    }
}

impl TokenView {
    pub(super) fn of(token: Token, now: Timestamp) -> Self {
        Self {
            id: token.id,
            user: token.user_name,
            name: token.name,
            role: role(token.role),
            has_ended: token.expires_at.is_some_and(|at| at <= now),
            expires_at: token.expires_at.map(Moment),
            used_at: token.used_at.map(Moment),
        }
    }
}

pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Administrator => "Administrator",
    }
}
