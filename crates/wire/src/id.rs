//! Ids that are made of other ids.

use uuid::Uuid;

use crate::Entity;

/// Namespace of feed ids: a random guid, fixed for ever.
const FEEDS: Uuid = Uuid::from_u128(0x6f1c_2c2e_94f5_4a7b_9d43_0c1b_e2d6_7a51);

/// The id of a feed: the same for the same entity, scope and connection, for ever.
pub fn feed_id(
    connection: Uuid,
    organization: Uuid,
    entity: &Entity,
    project: Option<Uuid>,
    repository: Option<Uuid>,
) -> Uuid {
    let name = format!(
        "{connection}/{organization}/{}/{}/{}",
        entity.name,
        project.unwrap_or_default(),
        repository.unwrap_or_default()
    );
    Uuid::new_v5(&FEEDS, name.as_bytes())
}
