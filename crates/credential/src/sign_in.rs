//! A person signs in.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::{Description, Granted, Refusal};

/// A sign-in that begins: send the browser to `url`, and keep the rest, bound to that browser, for ten minutes and one use.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Where the browser goes.
    pub url: Url,
    /// Comes back with the answer: compare it.
    pub state: String,
    /// Comes back inside the identity token: give it to `redeem`.
    pub nonce: String,
    /// Proves that whoever redeems is whoever began: give it to `redeem`.
    pub verifier: SecretString,
}

/// What came back with the browser, and what was kept of the [`Beginning`].
#[derive(Clone, Debug)]
pub struct Answer {
    /// From the query.
    pub code: SecretString,
    /// From the query, if it is there: who says that it answers (RFC 9207).
    pub issuer: Option<String>,
    /// As kept.
    pub verifier: SecretString,
    /// As kept.
    pub nonce: String,
    /// As given at the beginning.
    pub tenant: String,
    /// As given at the beginning.
    pub redirect: Url,
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who, and where.
    pub description: Description,
    /// The secret of the description.
    pub refresh_token: SecretString,
    /// The first token.
    pub granted: Granted,
    /// Rights that Entra has granted and Adit does not need, as it only reads: say so to the person.
    pub beyond_reading: Vec<String>,
}

/// A code to be typed in on another device.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// What to poll with.
    pub device_code: SecretString,
    /// What the person types.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: Url,
    /// The same, as Entra says it to people.
    pub message: String,
    /// How long the code lives.
    pub expires_in: Duration,
    /// How long to wait between two polls.
    pub interval: Duration,
}

/// How far a person with a device code is.
#[derive(Clone, Debug)]
pub enum DevicePoll {
    /// Not yet: ask again after the interval.
    Pending {
        /// Longer than before by so much: Entra wants to be asked less often.
        slow_down: Option<Duration>,
    },
    /// Done.
    SignedIn(Box<SignedIn>),
    /// They refused.
    Declined(Refusal),
    /// Too late: begin again.
    Expired(Refusal),
}
