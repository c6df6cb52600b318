//! People sign in to Adit's own pages at any OpenID Connect provider.

use secrecy::SecretString;
use url::Url;

use crate::{Beginning, Http, Refusal, SecretSource};

/// A provider, discovered.
#[derive(Clone, Debug)]
pub struct Provider {
    _http: Http,
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
    pub redirect: Url,
}

/// Who signed in. `issuer` and `subject` together never name anybody else; the rest may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who says so.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// For people; may be empty.
    pub name: String,
    /// Only if the provider does not call it unverified.
    pub email: Option<String>,
}

impl Provider {
    /// Reads the provider's metadata, which must be of this very issuer.
    pub async fn discover(
        _issuer: &str,
        _client_id: &str,
        _client_secret: Option<SecretSource>,
        _http: &Http,
    ) -> Result<Self, Refusal> {
        std::future::ready(Err(unavailable())).await
    }

    /// Begins a sign-in.
    pub fn begin(&self, _redirect: &Url) -> Result<Beginning, Refusal> {
        Err(unavailable())
    }

    /// Redeems the code that came back.
    pub async fn redeem(&self, _answer: Answer) -> Result<Claims, Refusal> {
        std::future::ready(Err(unavailable())).await
    }
}

fn unavailable() -> Refusal {
    Refusal::passing("unavailable", "this way in is not ready", "try again later")
}
