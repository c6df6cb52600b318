//! What every record can say of itself.

use prost::Message;

use crate::{Entity, Page};

/// A record of an entity. The catalogue implements it, one line an entity.
pub trait Record: Message + Default + Clone + Send + Sync + 'static {
    /// The message of a page of these records.
    type Page: Page<Record = Self>;
    /// The entity's line in the catalogue.
    const ENTITY: &'static Entity;

    /// The key within the organization, as text; parts are separated by `/`.
    fn key(&self) -> String;

    /// The project's guid; empty when the record belongs to none.
    fn project_id(&self) -> &str;

    /// Azure DevOps' own order of readings of one key, where it has one (a revision). Without, the time of the
    /// reading orders them.
    fn version(&self) -> Option<i64>;
}

/// The hash that tells whether two readings of one record differ.
pub fn content_hash(encoded: &[u8]) -> i64 {
    xxhash_rust::xxh3::xxh3_64(encoded).cast_signed()
}
