//! The keys that seal secrets: which there are, what they have sealed, and a rotation that may be broken off anywhere.

use std::collections::BTreeMap;

use serde::Serialize;
use store::connections::SealedRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Connections;
use crate::by::By;
use crate::refusal::Refusal;
use crate::view::Problem;

/// Rows that are read at once; each is written by itself.
const BATCH: i64 = 100;
/// Rows of one rotation: whoever asked waits for it. What remains is told, and asked for again.
const MOST: usize = 2_000;

/// How keys stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyStanding {
    /// The key that seals; none when the ring cannot be read.
    pub current: Option<String>,
    /// It is the development key, which everybody knows.
    pub is_development: bool,
    /// All keys that are in the ring or in use.
    pub keys: Vec<SealKey>,
    /// Secrets that another key has sealed: a rotation moves them.
    pub remaining: u64,
    /// Connections whose secrets cannot be opened, and which key they lack.
    pub unopened: Vec<Unopened>,
    /// Why the ring cannot be read; empty when it can.
    pub explanation: String,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealKey {
    /// Its name.
    pub id: String,
    /// `sealing`, `opening`, or `missing` from the ring.
    pub state: &'static str,
    /// Secrets that it has sealed.
    pub secrets: u64,
}

/// A connection whose secret cannot be opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Unopened {
    /// The connection.
    pub connection_id: Uuid,
    /// Its name.
    pub connection: String,
    /// Why.
    pub problem: Problem,
}

/// What a rotation came to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rotated {
    /// Secrets that were sealed anew.
    pub rotated: u64,
    /// Secrets that changed meanwhile, and were left to whoever changed them.
    pub passed: u64,
    /// Secrets that could not be opened, and were left as they are.
    pub unopened: u64,
    /// How keys stand now.
    pub standing: KeyStanding,
}

impl Connections {
    /// Which keys there are, and what they have sealed.
    pub async fn key_standing(&self) -> Result<KeyStanding, Refusal> {
        let used = self.0.store.sealed_count().await?;
        let ring = self.0.vault.ring();
        let mut keys: BTreeMap<String, SealKey> = BTreeMap::new();
        let mut current = None;
        if let Ok(ring) = &ring {
            current = Some(ring.current().as_str().to_owned());
            for id in ring.ids() {
                let is_current = id == ring.current();
                let state = if is_current { "sealing" } else { "opening" };
                keys.insert(id.as_str().to_owned(), key(id.as_str(), state));
            }
        }
        let mut remaining = 0;
        for used in used {
            let known = keys
                .entry(used.key_id.clone())
                .or_insert_with(|| key(&used.key_id, "missing"));
            known.secrets = used.secrets;
            if current.as_ref() != Some(&used.key_id) {
                remaining += used.secrets;
            }
        }
        Ok(KeyStanding {
            is_development: ring.as_ref().is_ok_and(seal::KeyRing::is_development),
            current,
            keys: keys.into_values().collect(),
            remaining,
            unopened: self.unopened_connections().await?,
            explanation: ring
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default(),
        })
    }

    async fn unopened_connections(&self) -> Result<Vec<Unopened>, Refusal> {
        let connections = self.list().await?;
        let unopened = self.unopened().await?;
        Ok(connections
            .into_iter()
            .filter(|connection| unopened.contains_key(&connection.id))
            .filter_map(|connection| {
                Some(Unopened {
                    connection_id: connection.id,
                    connection: connection.name,
                    problem: connection.problem?,
                })
            })
            .collect())
    }

    /// Seals secrets anew under the present key, each by itself and only where it is still what was opened. What remains, and
    /// what a rotation that was broken off has left, the next one does.
    pub async fn key_rotate(&self, by: &By) -> Result<Rotated, Refusal> {
        let current = self.0.vault.ring()?.current().as_str().to_owned();
        let entry = self.entry(by, "keys.rotate", &current, "");
        self.0.store.audit_add(&entry).await?;
        let (mut rotated, mut passed, mut unopened, mut seen) = (0, 0, 0, 0);
        let mut behind: Option<(Uuid, String)> = None;
        while seen < MOST {
            let place = behind.as_ref().map(|(owner, name)| (*owner, name.as_str()));
            let rows = self.0.store.sealed_list(&current, place, BATCH).await?;
            let Some(last) = rows.last() else {
                break;
            };
            behind = Some((last.owner, last.name.clone()));
            seen += rows.len();
            for row in &rows {
                match self.rotate_one(row).await? {
                    Some(true) => rotated += 1,
                    Some(false) => passed += 1,
                    None => unopened += 1,
                }
            }
        }
        tracing::info!("sealed {rotated} secrets anew under the key `{current}`");
        Ok(Rotated {
            rotated,
            passed,
            unopened,
            standing: self.key_standing().await?,
        })
    }

    /// `None`: it cannot be opened.
    async fn rotate_one(&self, row: &SealedRow) -> Result<Option<bool>, Refusal> {
        match self.0.vault.rotate(row) {
            Ok(Some(sealed)) => {
                let key_id = sealed.key_id.as_str();
                let replaced = self
                    .0
                    .store
                    .sealed_replace(row, key_id, &sealed.bytes)
                    .await?;
                Ok(Some(replaced))
            }
            // The ring was changed meanwhile.
            Ok(None) => Ok(Some(false)),
            Err(error) => {
                tracing::warn!(
                    owner.id = %row.owner,
                    "the secret `{}` of `{}` was not sealed anew: {error}",
                    row.name,
                    row.owner_name
                );
                Ok(None)
            }
        }
    }
}

fn key(id: &str, state: &'static str) -> SealKey {
    SealKey {
        id: id.to_owned(),
        state,
        secrets: 0,
    }
}
