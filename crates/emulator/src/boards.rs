//! Work items and how they are arranged.

use crate::{
    change::{Order, Outcome},
    organization::User,
    random::Random,
    routes::Routes,
    truth::Rows,
    world::{Ground, World},
};

/// The entities of this domain.
pub const ENTITIES: &[&str] = &[
    "fields",
    "work_item_types",
    "work_item_type_categories",
    "classification_nodes",
    "work_item_revisions",
    "work_items",
    "work_item_links",
];

/// This domain's part of the world.
#[derive(Debug)]
pub struct BoardsWorld {
    random: Random,
}

impl BoardsWorld {
    pub(crate) fn make(_ground: &Ground<'_>, random: Random) -> Self {
        Self { random }
    }

    pub(crate) fn add_project(
        &mut self,
        _o: &crate::organization::Organization,
        _id: uuid::Uuid,
    ) -> Vec<crate::change::Changed> {
        Vec::new()
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
