//! What can go wrong, by what the reader can do about it.

use crate::KeyId;

/// Why something cannot be sealed or opened. Never holds a key or a plaintext.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ring is empty.
    #[error("the key ring has no key: it needs a line `id:base64 of 32 bytes`")]
    NoKey,
    /// A line of the ring is not `id:base64`.
    #[error("line {line} of the key ring is not `id:base64 of 32 bytes`")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// Two keys of one name, or one key under two names.
    #[error("line {line} of the key ring repeats a key or an id of an earlier line")]
    Repeated {
        /// Counted from 1.
        line: usize,
    },
    /// The ring lacks the key that sealed this.
    #[error("the key ring lacks the key `{0}`, which sealed this secret: put its line back")]
    MissingKey(KeyId),
    /// It is not the ciphertext of this key, connection and column, or was changed.
    #[error("the secret sealed by key `{0}` does not belong here, or was changed")]
    Forged(KeyId),
    /// What was sealed as text is not text.
    #[error("the secret sealed by key `{0}` is not text")]
    NotText(KeyId),
    /// The cipher ends at 256 GiB.
    #[error("this is too long to be sealed")]
    TooLong,
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    Random,
}
