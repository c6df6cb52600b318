//! What is posted to a token endpoint, and what of it nobody else may see.

use std::borrow::Cow;

use secrecy::{ExposeSecret as _, SecretString};

/// Shorter ones would make holes into ordinary words.
const SHORTEST: usize = 6;

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(&'static str, Field)>);

#[derive(Clone, Debug)]
enum Field {
    Plain(String),
    Secret(SecretString),
}

impl Field {
    fn exposed(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose_secret(),
        }
    }
}

impl Form {
    pub(crate) fn plain(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, Field::Plain(value.into())));
        self
    }

    pub(crate) fn secret(mut self, name: &'static str, value: &SecretString) -> Self {
        self.0.push((name, Field::Secret(value.clone())));
        self
    }

    pub(crate) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let pairs = self.0.iter();
        pairs
            .map(|(name, field)| (*name, field.exposed()))
            .collect()
    }

    /// What a server said, without our secrets: some repeat what they were sent.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut redacted = Cow::Borrowed(text);
        for (_, field) in &self.0 {
            if let Field::Secret(secret) = field
                && secret.expose_secret().len() >= SHORTEST
                && redacted.contains(secret.expose_secret())
            {
                redacted = Cow::Owned(redacted.replace(secret.expose_secret(), "(hidden)"));
            }
        }
        redacted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_is_hidden() {
        let form = Form::default()
            .plain("client_id", "the-client")
            .secret("client_secret", &SecretString::from("hunter22"));
        let redacted = form.redact("the-client: bad secret 'hunter22'");
        assert_eq!(redacted, "the-client: bad secret '(hidden)'");
        assert!(!format!("{form:?}").contains("hunter22"));
    }
}
