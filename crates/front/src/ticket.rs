//! 256 random bits that stand for something: a session, a link, a token. The database knows their hashes only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use store::people::Hash;
use subtle::ConstantTimeEq as _;

/// A secret that whoever holds it shows, as text for URLs, cookies and headers. It is never shown by itself.
#[derive(Clone, Debug)]
pub struct Ticket(SecretString);

impl Ticket {
    /// A new one.
    pub fn new() -> Self {
        Self::with_prefix("")
    }

    /// A new one that begins with this, so that people and scanners recognize it.
    pub fn with_prefix(prefix: &str) -> Self {
        let bytes: [u8; 32] = rand::random();
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes));
        Self(SecretString::from(text))
    }

    /// One that somebody shows.
    pub fn shown(text: &str) -> Self {
        Self(SecretString::from(text.to_owned()))
    }

    /// Its text, for the one who is to hold it.
    pub fn text(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database knows of it. The ticket is random, so a plain hash is enough.
    pub fn hash(&self) -> Hash {
        hash(self.text().as_bytes())
    }

    /// Another secret that only who knows this one can make.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let made = hash(format!("{purpose}\n{}", self.text()).as_bytes());
        Self(SecretString::from(URL_SAFE_NO_PAD.encode(made)))
    }

    /// Whether a text is this ticket's, in the same time whatever it is.
    pub fn is(&self, text: &str) -> bool {
        self.hash().ct_eq(&hash(text.as_bytes())).into()
    }
}

impl Default for Ticket {
    fn default() -> Self {
        Self::new()
    }
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_random_and_known_by_its_text_only() {
        let (one, other) = (Ticket::with_prefix("adit_"), Ticket::with_prefix("adit_"));
        assert!(one.text().starts_with("adit_") && one.text().len() == 5 + 43);
        assert!(one.is(one.text()) && !one.is(other.text()));
        assert_eq!(Ticket::shown(one.text()).hash(), one.hash());
        assert!(!format!("{one:?}").contains(one.text()));
    }

    #[test]
    fn what_is_derived_tells_nothing_of_its_origin() {
        let ticket = Ticket::new();
        assert_ne!(ticket.derive("a").text(), ticket.derive("b").text());
        assert_ne!(ticket.derive("a").hash(), ticket.hash());
    }
}
