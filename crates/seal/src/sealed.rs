//! A sealed secret, as it is stored.

use std::fmt;

use crate::KeyId;

/// A secret that only its key ring can open: two columns of the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key that sealed it.
    pub key_id: KeyId,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Sealed({} bytes by key {})",
            self.bytes.len(),
            self.key_id
        )
    }
}
