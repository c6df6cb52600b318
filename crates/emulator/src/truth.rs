//! The ground truth: what a perfect reader with a user's rights must end up with, entity by entity.
//!
//! Keys are the field names of the proto messages; dates have microseconds, or are null where the service writes a
//! sentinel; text is as it can be stored. What the service leaves out is null or left out.

use serde_json::Value;

use crate::{boards, git, json, organization, organization::User, pipelines, tfvc, world::World};

/// Takes the rows of an entity one by one.
pub type Rows<'a> = &'a mut dyn FnMut(Value);

/// How a domain tells its rows: false where the entity is not its own.
type Teller = fn(&World, &User, &str, Rows<'_>) -> bool;

const DOMAINS: [(&[&str], Teller); 5] = [
    (organization::ENTITIES, organization::truth),
    (git::ENTITIES, git::truth),
    (pipelines::ENTITIES, pipelines::truth),
    (boards::ENTITIES, boards::truth),
    (tfvc::ENTITIES, tfvc::truth),
];

/// The names of all entities.
pub fn entities() -> impl Iterator<Item = &'static str> {
    DOMAINS
        .iter()
        .flat_map(|(entities, _)| entities.iter().copied())
}

/// The rows of an entity; `None` where there is no such entity.
pub fn rows(world: &World, reader: &User, entity: &str) -> Option<Vec<Value>> {
    let mut rows = Vec::new();
    each(world, reader, entity, &mut |row| rows.push(row)).then_some(rows)
}

/// The rows of an entity as NDJSON.
pub fn lines(world: &World, reader: &User, entity: &str) -> Option<Vec<u8>> {
    let mut lines = Vec::new();
    let known = each(world, reader, entity, &mut |row| {
        lines.extend(json::stored(&row));
        lines.push(b'\n');
    });
    known.then_some(lines)
}

/// How many rows an entity has.
pub fn count(world: &World, reader: &User, entity: &str) -> usize {
    let mut count = 0;
    each(world, reader, entity, &mut |_| count += 1);
    count
}

fn each(world: &World, reader: &User, entity: &str, rows: Rows<'_>) -> bool {
    DOMAINS
        .iter()
        .find(|(entities, _)| entities.contains(&entity))
        .is_some_and(|(_, tell)| tell(world, reader, entity, rows))
}
