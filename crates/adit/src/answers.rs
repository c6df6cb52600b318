//! What the HTTP API answers, as far as it is shown. With `-o json` all of it is.

use jiff::Timestamp;
use serde::Deserialize;

/// A connection.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Connection {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
    pub(crate) state: String,
    pub(crate) problem: Option<Problem>,
    pub(crate) credential: Credential,
    pub(crate) all_organizations: bool,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) checked_at: Option<Timestamp>,
    pub(crate) next_try_at: Option<Timestamp>,
}

/// How it signs in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Credential {
    pub(crate) kind: String,
    pub(crate) label: String,
    pub(crate) expiry: Option<Expiry>,
}

/// How near its end is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Expiry {
    pub(crate) on: Timestamp,
    pub(crate) days: i64,
    pub(crate) warning: String,
    pub(crate) remedy: String,
}

/// Why something is not as it should be.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Problem {
    pub(crate) explanation: String,
    pub(crate) remedy: String,
    pub(crate) link: String,
}

/// An organization.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) label: String,
    pub(crate) explanation: String,
    pub(crate) remedy: String,
    pub(crate) link: String,
}

/// What can be read of one domain of one project.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Check {
    pub(crate) organization: String,
    pub(crate) project: String,
    pub(crate) domain: String,
    pub(crate) state: String,
    pub(crate) label: String,
    pub(crate) answered: String,
    pub(crate) remedy: String,
    pub(crate) link: String,
}

/// A connection with what it can read.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Checked {
    pub(crate) connection: Connection,
    pub(crate) checks: Vec<Check>,
}

/// What removing a connection would mean.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deletion {
    pub(crate) connection: Connection,
    pub(crate) feeds: u64,
    pub(crate) only_here: Vec<String>,
    pub(crate) shared: Vec<String>,
}

/// A connection that goes.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deleted {
    pub(crate) remains: String,
    pub(crate) link: String,
}

/// A code for a person to type in elsewhere.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeviceBegun {
    pub(crate) id: String,
    pub(crate) user_code: String,
    pub(crate) verification_uri: String,
    pub(crate) message: String,
    pub(crate) interval: u64,
    pub(crate) expires_in: u64,
}

/// How far that person is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DeviceStanding {
    pub(crate) state: String,
    pub(crate) draft: Option<String>,
    pub(crate) explanation: String,
}

/// How the keys stand.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct KeyStanding {
    pub(crate) is_development: bool,
    pub(crate) keys: Vec<SealKey>,
    pub(crate) remaining: u64,
    pub(crate) unopened: Vec<Unopened>,
    pub(crate) explanation: String,
}

/// A key.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SealKey {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) secrets: u64,
}

/// A connection whose secret cannot be opened.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Unopened {
    pub(crate) connection: String,
    pub(crate) problem: Problem,
}

/// What a rotation came to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Rotated {
    #[serde(rename = "rotated")]
    pub(crate) anew: u64,
    pub(crate) unopened: u64,
    pub(crate) standing: KeyStanding,
}

/// A change that somebody made.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AuditEntry {
    pub(crate) id: i64,
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) via: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
    pub(crate) address: String,
    pub(crate) correlation_id: String,
}

/// Somebody who may sign in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) sign_in: String,
    pub(crate) disabled: bool,
    pub(crate) signed_in_at: Option<String>,
}

/// A link by which a user chooses a password.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PasswordLink {
    pub(crate) url: String,
    pub(crate) expires_at: String,
}

/// A token of the API.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) user_name: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) expires_at: Option<String>,
    pub(crate) used_at: Option<String>,
}

/// A token that was made.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TokenMade {
    pub(crate) secret: String,
}
