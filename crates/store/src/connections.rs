//! Connections, for auth: what they are, their sealed secrets, grants, sign-ins, drafts and checks. Nobody else may read
//! secrets.

mod add;
mod change;
mod check;
mod claim;
mod clear;
mod device;
mod draft;
mod due;
mod grant;
mod list;
mod rotate;
mod secret;
mod sign_in;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

pub use add::{Added, NewConnection};
pub use change::{Edit, Edited};
pub use check::{Became, Check, NewCheck};
pub use claim::{Claim, Claimed, Vended};
pub use clear::{Cleared, Dependents};
pub use device::{DeviceSignIn, NewDeviceSignIn};
pub use draft::{Draft, NewDraft};
pub use grant::{Grant, GrantLock, NewToken};
pub use rotate::{KeyUse, SealedPlace, SealedRow};
pub use secret::{OwnedSecret, SealedSecret};
pub use sign_in::{NewSignIn, SignIn};

/// The secret that all replicas share; the other secrets are renewed by people, or by it.
pub const ACCESS_TOKEN: &str = "access_token";

/// What a user set up. Never carries the secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Its id.
    pub id: Uuid,
    /// Its name, unique regardless of case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Tags.
    pub tags: Vec<String>,
    /// How it signs in, without the secret; `kind` tells which way.
    pub credential: Value,
    /// Whether it is read.
    pub state: State,
    /// Why it is not active, if it is not.
    pub problem: Problem,
    /// Covers all organizations that the credential can list, those too that appear later.
    pub all_organizations: bool,
    /// When the credential ends unless it is renewed.
    pub credential_expires_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was last checked what it can read.
    pub checked_at: Option<Timestamp>,
    /// When a dead grant is tried again.
    pub next_try_at: Option<Timestamp>,
    /// The organizations that it covers, by name.
    pub organizations: Vec<Organization>,
}

/// Whether a connection is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    Active,
    /// Somebody does not want it to be.
    Paused,
    /// Its grant is dead.
    NeedsSignIn,
    /// It is on its way out.
    Deleting,
}

impl State {
    /// Its word in the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::NeedsSignIn => "needs_sign_in",
            Self::Deleting => "deleting",
        }
    }

    fn read(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "paused" => Self::Paused,
            "deleting" => Self::Deleting,
            // The one that reads nothing and deletes nothing.
            _ => Self::NeedsSignIn,
        }
    }
}

/// Why something is not as it should be, and what to do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// In one word.
    pub reason: String,
    /// In a sentence.
    pub explanation: String,
    /// What to do about it.
    pub remedy: String,
    /// Where to do it.
    pub link: String,
}

/// An organization of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// `instanceId` of its connection data.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// `active`, or the word for what stands in the way.
    pub state: String,
    /// Why it is not active.
    pub explanation: String,
    /// What to do about it.
    pub remedy: String,
    /// Where to do it.
    pub link: String,
}
