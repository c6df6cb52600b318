//! Where a secret belongs.

use uuid::Uuid;

use crate::KeyId;

/// Separates these ciphertexts from any that another program or a later format makes with the same key.
const FORMAT: &[u8] = b"adit.seal.v1";

/// The place in the database that a secret belongs to. It opens there and nowhere else, so whoever can write the table cannot
/// move a secret to a connection of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Associated<'a> {
    /// Whose secret it is.
    pub connection_id: Uuid,
    /// The column that holds it.
    pub column: &'a str,
}

impl Associated<'_> {
    /// Unambiguous bytes: each part of variable length is led by its length.
    pub(crate) fn bytes(&self, key_id: &KeyId) -> Vec<u8> {
        let mut bytes = FORMAT.to_vec();
        bytes.extend_from_slice(self.connection_id.as_bytes());
        for part in [key_id.as_str(), self.column] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_flow_into_each_other() {
        let bytes = |key: &str, column| {
            let associated = Associated {
                connection_id: Uuid::nil(),
                column,
            };
            associated.bytes(&key.parse().unwrap())
        };
        assert_ne!(bytes("a", "bc"), bytes("ab", "c"));
    }
}
