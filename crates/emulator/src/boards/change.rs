//! Changes of work items and links.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    edit,
    item::{LinkEvent, Snapshot},
    new_item,
    truth::{LINKS, REVISIONS},
};
use crate::{
    change::{Changed, Order, Outcome},
    refusal::Refusal,
    world::World,
};

/// Carries out the kinds of this domain.
pub fn change(world: &mut World, order: &Order) -> Outcome {
    Some(match order.kind.as_str() {
        "create_work_item" => create(world, order),
        "edit_work_item" => edit_item(world, order),
        "delete_work_item" => set_deleted(world, order, true),
        "restore_work_item" => set_deleted(world, order, false),
        "link_work_items" => link(world, order, true),
        "unlink_work_items" => link(world, order, false),
        _ => return None,
    })
}

/// Any change that a day of work brings.
pub fn random_change(world: &mut World) -> Result<Vec<Changed>, Refusal> {
    let kind = match world.boards.random.below(10) {
        0..=5 => "edit_work_item",
        6..=7 => "create_work_item",
        8 => "link_work_items",
        _ => "delete_work_item",
    };
    let order = Order {
        kind: String::from(kind),
        arguments: serde_json::Map::new(),
    };
    change(world, &order).unwrap_or_else(|| Ok(Vec::new()))
}

/// Positions of the items that the main reader sees, and that are not deleted unless that is asked for.
fn in_sight(world: &World, deleted: bool) -> Vec<usize> {
    let reader = world.organization.main_reader();
    let items = world.boards.items.iter().enumerate();
    items
        .filter(|(_, item)| item.is_deleted() == deleted && reader.reads(item.current().project))
        .map(|(place, _)| place)
        .collect()
}

/// The position of the item that the order names, or of any in sight.
fn named(
    world: &mut World,
    order: &Order,
    argument: &str,
    deleted: bool,
) -> Result<usize, Refusal> {
    if let Some(id) = order.number(argument) {
        world
            .boards
            .item(id)
            .ok_or_else(|| Refusal::invalid(&format!("there is no work item {id}")))?;
        return usize::try_from(id - 1).map_err(|_| Refusal::argument(argument, &id.to_string()));
    }
    let places = in_sight(world, deleted);
    if places.is_empty() {
        return Err(Refusal::invalid("there is no such work item"));
    }
    Ok(*world.boards.random.pick(&places))
}

fn append(world: &mut World, item: usize, snapshot: Snapshot) -> Changed {
    let now = world.clock.now();
    let rev = world
        .boards
        .append(&world.organization, item, snapshot, now);
    let key = json!({ "id": world.boards.items[item].id, "rev": rev });
    Changed::created(REVISIONS, key)
}

fn create(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    let project = world.organization.named(order)?;
    let project = world
        .organization
        .project_by_id(project)
        .ok_or_else(|| Refusal::project_missing(""))?;
    let (number, people, now) = (
        world.boards.items.len(),
        world.organization.identities.len() - 1,
        world.clock.now(),
    );
    // Numbers of the first items stand for the awkward texts: a new one is ordinary unless it draws otherwise.
    let number = number.max(100);
    let mut snapshot = new_item::first(
        &world.boards.nodes,
        project,
        people,
        number,
        now,
        &mut world.boards.random,
    );
    set_fields(&mut snapshot, order, now)?;
    let id = super::rev(world.boards.items.len());
    world.boards.items.push(super::Item {
        id,
        revisions: Vec::new(),
    });
    let place = world.boards.items.len() - 1;
    Ok(vec![append(world, place, snapshot)])
}

/// `{"id", "fields": {reference name: value}}`; any step of its life where no fields are given.
fn edit_item(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    let item = named(world, order, "id", false)?;
    let mut snapshot = world.boards.items[item].current().clone();
    let (people, now) = (world.organization.identities.len() - 1, world.clock.now());
    if let Some(project) = world.organization.project_by_id(snapshot.project) {
        snapshot.team_project = Arc::from(project.name.as_str());
    }
    if order.arguments.contains_key("fields") {
        snapshot.history = None;
        snapshot.changed_by = world.boards.random.below(people);
        set_fields(&mut snapshot, order, now)?;
    } else {
        edit::step(
            &mut snapshot,
            &world.boards.nodes,
            people,
            now,
            &mut world.boards.random,
        );
    }
    Ok(vec![append(world, item, snapshot)])
}

/// Writes the order's fields into a snapshot; those without a place of their own become custom ones.
fn set_fields(snapshot: &mut Snapshot, order: &Order, now: jiff::Timestamp) -> Result<(), Refusal> {
    let Some(Value::Object(fields)) = order.arguments.get("fields") else {
        return Ok(());
    };
    for (name, value) in fields {
        let text = || value.as_str().map(Arc::<str>::from);
        match name.as_str() {
            "System.Title" => {
                snapshot.title = text().ok_or_else(|| Refusal::argument(name, "no text"))?;
            }
            "System.Description" => snapshot.description = text(),
            "System.History" => {
                snapshot.history = text();
                snapshot.comment_count += 1;
            }
            "System.State" => {
                let wanted = value.as_str().unwrap_or_default();
                let state = snapshot
                    .kind
                    .states
                    .iter()
                    .find(|(state, ..)| state.eq_ignore_ascii_case(wanted));
                let (state, ..) = state.ok_or_else(|| Refusal::argument(name, wanted))?;
                edit::to_state(snapshot, state, now);
            }
            "Microsoft.VSTS.Common.Priority" => snapshot.priority = value.as_i64(),
            "Microsoft.VSTS.Scheduling.StoryPoints" => snapshot.story_points = value.as_f64(),
            "Custom.CustomerName" => {
                snapshot
                    .custom
                    .retain(|(own, _)| *own != "Custom.CustomerName");
                snapshot.custom.push(("Custom.CustomerName", value.clone()));
            }
            _ => {
                return Err(Refusal::invalid(&format!(
                    "the field '{name}' cannot be changed here"
                )));
            }
        }
    }
    Ok(())
}

fn set_deleted(world: &mut World, order: &Order, deleted: bool) -> Result<Vec<Changed>, Refusal> {
    let item = named(world, order, "id", !deleted)?;
    let mut snapshot = world.boards.items[item].current().clone();
    snapshot.is_deleted = deleted;
    snapshot.history = None;
    Ok(vec![append(world, item, snapshot)])
}

/// `{"source", "target", "rel"}`.
fn link(world: &mut World, order: &Order, is_active: bool) -> Result<Vec<Changed>, Refusal> {
    let standing = world
        .boards
        .links
        .iter()
        .rev()
        .find(|event| event.is_active && !is_removed(world, event))
        .cloned();
    let (source, target, rel) = match (is_active, order.number("source"), standing) {
        (false, None, Some(event)) => (event.source, event.target, event.rel),
        (false, None, None) => return Err(Refusal::invalid("there is no link to remove")),
        _ => {
            let source = super::rev(named(world, order, "source", false)?);
            let mut target = super::rev(named(world, order, "target", false)?);
            while target == source && order.number("target").is_none() {
                target = super::rev(named(world, order, "target", false)?);
            }
            let rel = match order.text("rel") {
                Some("System.LinkTypes.Hierarchy") => "System.LinkTypes.Hierarchy",
                Some("System.LinkTypes.Dependency") => "System.LinkTypes.Dependency",
                _ => "System.LinkTypes.Related",
            };
            (source, target, rel)
        }
    };
    let project = |id: i64| {
        world
            .boards
            .item(id)
            .map(|item| item.current().project)
            .unwrap_or_default()
    };
    let was_there = world
        .boards
        .links
        .iter()
        .any(|event| (event.source, event.target, event.rel) == (source, target, rel));
    let event = LinkEvent {
        place: world
            .boards
            .links
            .last()
            .map_or(6_281_000, |last| last.place + 1),
        rel,
        source,
        target,
        source_project: project(source),
        target_project: project(target),
        changed: world.clock.now(),
        changed_by: 0,
        is_active,
        comment: order.text("comment").map(String::from),
    };
    world.boards.links.push(event);
    let key = json!({ "source_id": source, "target_id": target, "rel": rel });
    Ok(vec![if was_there {
        Changed::updated(LINKS, key)
    } else {
        Changed::created(LINKS, key)
    }])
}

fn is_removed(world: &World, event: &LinkEvent) -> bool {
    let same = |other: &LinkEvent| {
        (other.source, other.target, other.rel) == (event.source, event.target, event.rel)
    };
    world
        .boards
        .links
        .iter()
        .any(|other| same(other) && other.place > event.place)
}
