//! The ground truth: what a perfect reader with a user's rights must end up with, entity by entity.
//!
//! Keys are the field names of the proto messages; dates have microseconds, or are null where the service writes a
//! sentinel; text is as it can be stored. What the service leaves out is null or left out.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    boards, git, json,
    organization::{self, Domain, User},
    pipelines, tfvc,
    world::World,
};

/// Takes the rows of an entity one by one.
pub type Rows<'a> = &'a mut dyn FnMut(Value);

/// How a domain tells its rows: false where the entity is not its own.
type Teller = fn(&World, &User, &str, Rows<'_>) -> bool;

const DOMAINS: [(Option<Domain>, &[&str], Teller); 5] = [
    (None, organization::ENTITIES, organization::truth),
    (Some(Domain::Git), git::ENTITIES, git::truth),
    (
        Some(Domain::Pipelines),
        pipelines::ENTITIES,
        pipelines::truth,
    ),
    (Some(Domain::Boards), boards::ENTITIES, boards::truth),
    (Some(Domain::Tfvc), tfvc::ENTITIES, tfvc::truth),
];

/// The names of all entities.
pub fn entities() -> impl Iterator<Item = &'static str> {
    DOMAINS
        .iter()
        .flat_map(|(_, entities, _)| entities.iter().copied())
}

/// The rows of an entity; `None` where there is no such entity.
pub fn rows(world: &World, reader: &Arc<User>, entity: &str) -> Option<Vec<Value>> {
    let mut rows = Vec::new();
    each(world, reader, entity, &mut |row| rows.push(row)).then_some(rows)
}

/// The rows of an entity as NDJSON.
pub fn lines(world: &World, reader: &Arc<User>, entity: &str) -> Option<Vec<u8>> {
    let mut lines = Vec::new();
    let known = each(world, reader, entity, &mut |row| {
        lines.extend(json::stored(&row));
        lines.push(b'\n');
    });
    known.then_some(lines)
}

/// How many rows an entity has.
pub fn count(world: &World, reader: &Arc<User>, entity: &str) -> usize {
    let mut count = 0;
    each(world, reader, entity, &mut |_| count += 1);
    count
}

fn each(world: &World, reader: &Arc<User>, entity: &str, rows: Rows<'_>) -> bool {
    let Some((domain, _, tell)) = DOMAINS
        .iter()
        .find(|(_, entities, _)| entities.contains(&entity))
    else {
        return false;
    };
    let within = domain.map(|domain| reader.within(domain, &world.organization));
    tell(world, within.as_ref().unwrap_or(reader), entity, rows)
}
