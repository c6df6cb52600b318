//! Changes of projects and rights.

use crate::{
    change::{Order, Outcome},
    world::World,
};

/// Carries out the kinds of this domain.
pub fn change(_world: &mut World, _order: &Order) -> Outcome {
    None
}
