//! What every kind of credential does: get a token.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use secrecy::SecretString;

use crate::Refusal;

/// A way in, opened.
pub trait Credential: Send + Sync + fmt::Debug {
    /// Gets a token for Azure DevOps. Each call asks anew: whoever calls keeps what it gets.
    fn grant(&self) -> BoxFuture<'_, Result<Granted, Refusal>>;
}

/// How a token stands in an `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// A personal access token, with an empty user name.
    Basic,
    /// A token of Entra.
    Bearer,
}

impl Scheme {
    /// As it stands in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Bearer => "Bearer",
        }
    }
}

/// A token for Azure DevOps.
#[derive(Clone, Debug)]
pub struct Granted {
    /// How it stands in the header.
    pub scheme: Scheme,
    /// What follows the scheme.
    pub token: SecretString,
    /// How long it lives from now on; `None` if it does not say.
    pub expires_in: Option<Duration>,
    /// A new refresh token: commit it before the token is used.
    pub renewed: Option<SecretString>,
}
