//! Build definitions, builds and timelines.

use crate::{
    change::{Order, Outcome},
    git::GitWorld,
    organization::User,
    random::Random,
    routes::Routes,
    truth::Rows,
    world::{Ground, World},
};

/// The entities of this domain.
pub const ENTITIES: &[&str] = &["build_definitions", "builds", "timelines"];

/// This domain's part of the world.
#[derive(Debug)]
pub struct PipelinesWorld {
    random: Random,
}

impl PipelinesWorld {
    pub(crate) fn make(_ground: &Ground<'_>, _git: &GitWorld, random: Random) -> Self {
        Self { random }
    }
}

/// This domain's endpoints.
pub fn routes(routes: Routes) -> Routes {
    routes
}

/// Carries out the kinds of this domain.
pub fn change(_world: &mut World, _order: &Order) -> Outcome {
    None
}

/// Tells the rows of an entity.
pub fn truth(_world: &World, _reader: &User, entity: &str, _rows: Rows<'_>) -> bool {
    ENTITIES.contains(&entity)
}
