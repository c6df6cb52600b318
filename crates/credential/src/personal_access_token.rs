//! A personal access token of one organization.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Credential, Granted, Refusal, Scheme};

/// Kept as it goes into the header.
#[derive(Debug)]
pub(crate) struct PersonalAccessToken {
    pair: SecretString,
}

impl PersonalAccessToken {
    /// Old tokens have 52 characters and new ones 84, and nobody promises either: only what cannot be one is refused.
    pub(crate) fn new(token: &SecretString) -> Result<Self, Refusal> {
        let token = token.expose_secret().trim();
        let bad = |how: &str| {
            Refusal::misconfigured(
                "bad_token",
                format!("this is no personal access token: {how}"),
                "copy the token as Azure DevOps shows it once, when it is made (User settings, Personal access tokens)",
            )
        };
        if token.is_empty() {
            return Err(bad("it is empty"));
        }
        if token.starts_with("eyJ") && token.contains('.') {
            return Err(bad(
                "it is an access token of Entra, which lives about an hour",
            ));
        }
        if !token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte))
        {
            return Err(bad("it has spaces or other characters that no token has"));
        }
        // Azure DevOps ignores the user's name.
        let pair = STANDARD.encode(format!(":{token}"));
        Ok(Self {
            pair: SecretString::from(pair),
        })
    }
}

impl Credential for PersonalAccessToken {
    fn grant(&self) -> BoxFuture<'_, Result<Granted, Refusal>> {
        let granted = Granted {
            scheme: Scheme::Basic,
            token: self.pair.clone(),
            expires_in: None,
            renewed: None,
        };
        Box::pin(std::future::ready(Ok(granted)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(token: &str) -> Option<String> {
        let opened = PersonalAccessToken::new(&SecretString::from(token));
        opened.err().map(|refusal| refusal.explanation)
    }

    #[test]
    fn a_token_of_any_length_is_taken_and_what_is_none_refused() {
        for token in ["abc", &"a".repeat(52), &"b".repeat(84), " abc \n"] {
            assert_eq!(refused(token), None, "{token}");
        }
        for (token, why) in [
            ("", "empty"),
            ("  ", "empty"),
            ("eyJ0eXAi.eyJhdWQi.c2ln", "Entra"),
            ("two words", "spaces"),
            ("Bearer:abc", "spaces"),
        ] {
            let refusal = refused(token).unwrap();
            assert!(refusal.contains(why), "{token}: {refusal}");
        }
    }
}
