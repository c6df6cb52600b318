//! Seals secrets anew under another key, while they are in use.

use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Store};

/// Where a sealed secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedPlace {
    /// A secret of a connection.
    Connection,
    /// The secret of a draft.
    Draft,
    /// A sign-in whose browser is at Microsoft.
    SignIn,
    /// A sign-in by a code that is typed elsewhere.
    DeviceSignIn,
}

/// A sealed secret, and what it is sealed for.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedRow {
    /// Where it is.
    pub place: SealedPlace,
    /// The connection, draft or sign-in.
    pub owner: Uuid,
    /// The name of the connection.
    pub owner_name: String,
    /// How the owner signs in; null for a sign-in.
    pub credential: Value,
    /// Which secret it is.
    pub name: String,
    /// The key that sealed it.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}

/// How many secrets a key has sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub key_id: String,
    /// How many.
    pub secrets: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    place: String,
    owner: Uuid,
    owner_name: String,
    credential: Value,
    name: String,
    key_id: String,
    sealed: Vec<u8>,
}

impl Store {
    /// At most so many sealed secrets that another key than this one has sealed, behind a place in their order; from the
    /// beginning without one.
    pub async fn sealed_list(
        &self,
        except_key: &str,
        behind: Option<(Uuid, &str)>,
        most: i64,
    ) -> Result<Vec<SealedRow>, Error> {
        let (owner, name) = behind.unwrap_or((Uuid::nil(), ""));
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM (
                 SELECT 'connection' AS place, c.id AS owner, c.name AS owner_name, c.credential, s.name, s.key_id, s.sealed
                 FROM auth.secrets s JOIN auth.connections c ON c.id = s.connection_id
                 UNION ALL
                 SELECT 'draft', id, '', credential, name, key_id, sealed FROM auth.drafts
                 UNION ALL
                 SELECT 'sign_in', id, '', 'null', 'sign_in', key_id, sealed FROM auth.connection_sign_ins
                 UNION ALL
                 SELECT 'device_sign_in', id, '', 'null', 'device_code', key_id, sealed
                 FROM auth.device_sign_ins WHERE sealed <> ''
             ) AS s
             WHERE key_id <> $1 AND (owner, name) > ($2, $3)
             ORDER BY owner, name
             LIMIT $4",
        )
        .bind(except_key)
        .bind(owner)
        .bind(name)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        let sealed = |row: Row| SealedRow {
            place: match row.place.as_str() {
                "connection" => SealedPlace::Connection,
                "draft" => SealedPlace::Draft,
                "sign_in" => SealedPlace::SignIn,
                _ => SealedPlace::DeviceSignIn,
            },
            owner: row.owner,
            owner_name: row.owner_name,
            credential: row.credential,
            name: row.name,
            key_id: row.key_id,
            sealed: row.sealed,
        };
        Ok(rows.into_iter().map(sealed).collect())
    }

    /// Puts a secret that was sealed anew in its place; false when it is not what it was any more: it was renewed, moved or
    /// deleted, and nothing is lost.
    pub async fn sealed_replace(
        &self,
        row: &SealedRow,
        key_id: &str,
        sealed: &[u8],
    ) -> Result<bool, Error> {
        let statement = match row.place {
            SealedPlace::Connection => {
                "UPDATE auth.secrets SET key_id = $4, sealed = $5, sealed_at = now()
                 WHERE connection_id = $1 AND name = $2 AND sealed = $3"
            }
            SealedPlace::Draft => {
                "UPDATE auth.drafts SET key_id = $4, sealed = $5 WHERE id = $1 AND name = $2 AND sealed = $3"
            }
            SealedPlace::SignIn => {
                "UPDATE auth.connection_sign_ins SET key_id = $4, sealed = $5 WHERE id = $1 AND $2 <> '' AND sealed = $3"
            }
            SealedPlace::DeviceSignIn => {
                "UPDATE auth.device_sign_ins SET key_id = $4, sealed = $5 WHERE id = $1 AND $2 <> '' AND sealed = $3"
            }
        };
        let replaced = sqlx::query(statement)
            .bind(row.owner)
            .bind(&row.name)
            .bind(&row.sealed)
            .bind(key_id)
            .bind(sealed)
            .execute(&self.pool)
            .await?;
        Ok(replaced.rows_affected() > 0)
    }

    /// How many secrets each key has sealed.
    pub async fn sealed_count(&self) -> Result<Vec<KeyUse>, Error> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT key_id, count(*) FROM (
                 SELECT key_id FROM auth.secrets
                 UNION ALL SELECT key_id FROM auth.drafts
                 UNION ALL SELECT key_id FROM auth.connection_sign_ins
                 UNION ALL SELECT key_id FROM auth.device_sign_ins WHERE sealed <> ''
             ) AS s GROUP BY key_id ORDER BY key_id",
        )
        .fetch_all(&self.pool)
        .await?;
        let used = |(key_id, secrets): (String, i64)| KeyUse {
            key_id,
            secrets: secrets.unsigned_abs(),
        };
        Ok(rows.into_iter().map(used).collect())
    }
}
