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
    /// Where it is good, for what one Entra tenant gave.
    pub tenant_id: Option<Uuid>,
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
        // At the end, where nothing else can stand: what has no tenant is sealed as it was before there were tenants.
        if let Some(tenant) = self.tenant_id {
            bytes.extend_from_slice(tenant.as_bytes());
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
                tenant_id: None,
            };
            associated.bytes(&key.parse().unwrap())
        };
        assert_ne!(bytes("a", "bc"), bytes("ab", "c"));
    }

    #[test]
    fn each_tenant_is_a_place_of_its_own() {
        let bytes = |tenant_id| {
            let associated = Associated {
                connection_id: Uuid::nil(),
                column: "refresh_token",
                tenant_id,
            };
            associated.bytes(&"a".parse().unwrap())
        };
        let tenants = [None, Some(Uuid::nil()), Some(Uuid::from_u128(1))].map(bytes);
        assert!(tenants[0] != tenants[1] && tenants[1] != tenants[2]);
    }
}
