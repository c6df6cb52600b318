//! One key and its name.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Generate as _, Key as AeadKey};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use secrecy::zeroize::Zeroize as _;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};

use crate::Error;

const LONGEST_ID: usize = 64;

/// A key's name: stored beside each ciphertext, so that old keys stay usable after a rotation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    pub(crate) fn development() -> Self {
        Self("development".to_owned())
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let valid = (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(allowed);
        valid.then(|| Self(text.to_owned())).ok_or(InvalidKeyId)
    }
}

/// The text cannot name a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key id has 1 to 64 of the characters a-z A-Z 0-9 - _ .")]
pub struct InvalidKeyId;

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A key with its name. Its bytes are wiped when it is dropped.
pub(crate) struct Key {
    pub(crate) id: KeyId,
    bytes: SecretBox<[u8; 32]>,
}

impl Key {
    pub(crate) fn new(id: KeyId, mut bytes: [u8; 32]) -> Self {
        let boxed = SecretBox::init_with_mut(|into: &mut [u8; 32]| into.copy_from_slice(&bytes));
        bytes.zeroize();
        Self { id, bytes: boxed }
    }

    /// Reads `id:base64`.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (id, encoded) = line.split_once(':')?;
        let mut decoded = STANDARD.decode(encoded.trim()).ok()?;
        let bytes = decoded.as_slice().try_into();
        decoded.zeroize();
        Some(Self::new(id.trim().parse().ok()?, bytes.ok()?))
    }

    /// A new key, as a line of a ring.
    pub(crate) fn generate(id: &KeyId) -> Result<SecretString, Error> {
        let mut key = AeadKey::<XChaCha20Poly1305>::try_generate().map_err(|_| Error::Random)?;
        let mut encoded = STANDARD.encode(key.as_slice());
        key.as_mut_slice().zeroize();
        let line = format!("{id}:{encoded}");
        encoded.zeroize();
        Ok(line.into())
    }

    pub(crate) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes.expose_secret().into())
    }

    pub(crate) fn has_bytes_of(&self, other: &Self) -> bool {
        // Compares two keys of one operator while a ring is read; nobody measures its time.
        self.bytes.expose_secret() == other.bytes.expose_secret()
    }

    pub(crate) fn is(&self, bytes: &[u8; 32]) -> bool {
        self.bytes.expose_secret() == bytes
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({})", self.id)
    }
}
