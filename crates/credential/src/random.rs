//! What nobody can guess.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::fill;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;

use crate::Refusal;

/// 256 bits of the system's randomness, as 43 characters that may stand in a URL.
pub(crate) fn word() -> Result<String, Refusal> {
    let mut bytes = [0; 32];
    fill(&mut bytes).map_err(|_| {
        Refusal::passing(
            "unavailable",
            "the system gave no random numbers",
            "try again later",
        )
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What proves later that whoever redeems is whoever began, and what is shown of it now (RFC 7636, S256).
pub(crate) struct Verifier {
    pub(crate) secret: SecretString,
    pub(crate) challenge: String,
}

impl Verifier {
    pub(crate) fn new() -> Result<Self, Refusal> {
        let word = word()?;
        Ok(Self {
            challenge: challenge(&word),
            secret: SecretString::from(word),
        })
    }
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standards_example() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn no_two_words_are_the_same() {
        let (one, other) = (word().unwrap(), word().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
