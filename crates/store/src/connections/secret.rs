//! Sealed secrets of connections.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, Store};

/// A secret as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Which one it is.
    pub name: String,
    /// The key that sealed it.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}

/// A secret and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedSecret {
    /// Its connection.
    pub connection: Uuid,
    /// The connection's name.
    pub connection_name: String,
    /// The connection's credential.
    pub credential: Value,
    /// The secret.
    pub secret: SealedSecret,
}

impl Store {
    /// All sealed secrets of connections, by connection.
    pub async fn secret_list(&self) -> Result<Vec<OwnedSecret>, Error> {
        let rows: Vec<(Uuid, String, Value, String, String, Vec<u8>)> = sqlx::query_as(
            "SELECT c.id, c.name, c.credential, s.name, s.key_id, s.sealed
             FROM auth.secrets s JOIN auth.connections c ON c.id = s.connection_id
             ORDER BY lower(c.name), s.name",
        )
        .fetch_all(&self.pool)
        .await?;
        let owned = |(connection, connection_name, credential, name, key_id, sealed)| OwnedSecret {
            connection,
            connection_name,
            credential,
            secret: SealedSecret {
                name,
                key_id,
                sealed,
            },
        };
        Ok(rows.into_iter().map(owned).collect())
    }

    /// A sealed secret of a connection that is not being deleted, with the credential that it belongs to.
    pub async fn secret_of(
        &self,
        connection: Uuid,
        name: &str,
    ) -> Result<Option<SealedSecret>, Error> {
        let found: Option<(String, Vec<u8>)> = sqlx::query_as(
            "SELECT key_id, sealed FROM auth.secrets WHERE connection_id = $1 AND name = $2",
        )
        .bind(connection)
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|(key_id, sealed)| SealedSecret {
            name: name.to_owned(),
            key_id,
            sealed,
        }))
    }
}

/// Writes a secret over the one of its name.
pub(super) async fn put(
    database: &mut PgConnection,
    connection: Uuid,
    secret: &SealedSecret,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO auth.secrets (connection_id, name, key_id, sealed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (connection_id, name)
         DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed, sealed_at = now()",
    )
    .bind(connection)
    .bind(&secret.name)
    .bind(&secret.key_id)
    .bind(&secret.sealed)
    .execute(database)
    .await?;
    Ok(())
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "SealedSecret({} by key {})",
            self.name, self.key_id
        )
    }
}
