//! The ground truth of projects and teams.

use super::{PROJECTS, TEAMS, User};
use crate::{truth::Rows, world::World};

/// The entities of this domain.
pub const ENTITIES: &[&str] = &[PROJECTS, TEAMS];

/// Tells the rows of an entity.
pub fn truth(_world: &World, _reader: &User, entity: &str, _rows: Rows<'_>) -> bool {
    ENTITIES.contains(&entity)
}
