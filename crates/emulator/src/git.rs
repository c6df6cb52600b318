//! Git repositories and pull requests.

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
    "repositories",
    "refs",
    "commits",
    "pull_requests",
    "pull_request_threads",
    "pull_request_descriptions",
];

/// This domain's part of the world.
#[derive(Debug)]
pub struct GitWorld {
    random: Random,
}

impl GitWorld {
    pub(crate) fn make(_ground: &Ground<'_>, random: Random) -> anyhow::Result<Self> {
        Ok(Self { random })
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
