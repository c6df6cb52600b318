//! Who we are to Azure DevOps: what a request is authorized with, and where that comes from.

use std::fmt;

use base64::Engine as _;
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

/// The value of an `Authorization` header. It has no `Display`, and `Debug` hides it.
#[derive(Clone, Debug)]
pub struct Authorization(SecretString);

impl Authorization {
    /// A personal access token: Basic with any user name (Azure DevOps ignores it).
    pub fn personal_access_token(token: &str) -> Self {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!(":{token}"));
        Self(SecretString::from(format!("Basic {pair}")))
    }

    /// An access token of Microsoft Entra.
    pub fn bearer(token: &str) -> Self {
        Self(SecretString::from(format!("Bearer {token}")))
    }

    /// A scheme and its credentials, as they stand in the header.
    pub fn of(scheme: &str, credentials: &str) -> Self {
        Self(SecretString::from(format!("{scheme} {credentials}")))
    }

    /// For what is asked without signing in.
    pub(crate) fn nobodys() -> Self {
        Self(SecretString::default())
    }

    pub(crate) fn is_nobodys(&self) -> bool {
        self.header().is_empty()
    }

    pub(crate) fn header(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether both stand for the same token.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.header() == other.header()
    }
}

/// No authorization could be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The credential is dead until a person acts. Ask no more.
    #[error("the credential was refused: {0}")]
    Refused(String),
    /// It cannot be had now. Ask again later.
    #[error("the credential cannot be had at the moment: {0}")]
    Unavailable(String),
}

/// Where authorizations come from.
pub trait Credential: Send + Sync + fmt::Debug {
    /// The current authorization. `rejected` is the one that Azure DevOps has just refused: then a
    /// fresh one is wanted; giving the same one again says that there is no other.
    fn authorization<'a>(
        &'a self,
        rejected: Option<&'a Authorization>,
    ) -> BoxFuture<'a, Result<Authorization, CredentialError>>;
}

/// One authorization that never changes.
#[derive(Clone, Debug)]
pub struct StaticCredential(Authorization);

impl StaticCredential {
    /// Always this authorization.
    pub fn new(authorization: Authorization) -> Self {
        Self(authorization)
    }

    /// Always this personal access token.
    pub fn personal_access_token(token: &str) -> Self {
        Self(Authorization::personal_access_token(token))
    }

    /// Always this bearer token.
    pub fn bearer(token: &str) -> Self {
        Self(Authorization::bearer(token))
    }
}

impl Credential for StaticCredential {
    fn authorization<'a>(
        &'a self,
        _rejected: Option<&'a Authorization>,
    ) -> BoxFuture<'a, Result<Authorization, CredentialError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_access_token_is_basic_without_a_user() {
        let authorization = Authorization::personal_access_token("abc");
        assert_eq!(authorization.header(), "Basic OmFiYw==");
    }

    #[test]
    fn nothing_prints_a_secret() {
        let printed = format!("{:?}", StaticCredential::bearer("canary"));
        assert!(!printed.contains("canary"), "{printed}");
    }
}
