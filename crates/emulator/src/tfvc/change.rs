//! Changes of version control.

use serde_json::json;

use super::truth::{CHANGESETS, DETAILS, LABELS};
use crate::{
    change::{Changed, Order, Outcome},
    organization::Project,
    refusal::Refusal,
    world::World,
};

/// Carries out the kinds of this domain.
pub fn change(world: &mut World, order: &Order) -> Outcome {
    Some(match order.kind.as_str() {
        "new_changeset" => new_changeset(world, order),
        "create_tfvc_label" => create_label(world, order),
        _ => return None,
    })
}

/// Any change that a day of work brings.
pub fn random_change(world: &mut World) -> Result<Vec<Changed>, Refusal> {
    let kind = if world.tfvc.random.chance(85) {
        "new_changeset"
    } else {
        "create_tfvc_label"
    };
    let order = Order {
        kind: String::from(kind),
        arguments: serde_json::Map::new(),
    };
    change(world, &order).unwrap_or_else(|| Ok(Vec::new()))
}

/// The project that is named, or the first with TFVC that the main reader sees.
fn project(world: &World, order: &Order) -> Result<Project, Refusal> {
    let organization = &world.organization;
    if order.text("project").is_some() {
        let id = organization.named(order)?;
        return organization
            .project_by_id(id)
            .cloned()
            .ok_or_else(|| Refusal::project_missing(""));
    }
    let reader = organization.main_reader();
    let mut projects = organization
        .well_formed()
        .filter(|project| project.tfvc && reader.reads(project.id));
    projects
        .next()
        .cloned()
        .ok_or_else(|| Refusal::invalid("there is no project with TFVC"))
}

fn new_changeset(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    let project = project(world, order)?;
    let now = world.clock.now();
    // Numbers tell how a changeset turns out: `many` asks for more changes than one page has.
    let number = if order.flag("many") { 110 } else { 101 };
    let id = world
        .tfvc
        .check_in(&world.organization, &world.boards, &project, number, now);
    if let (Some(comment), Some(last)) = (order.text("comment"), world.tfvc.changesets.last_mut()) {
        last.comment = Some(String::from(comment));
    }
    let key = json!({ "changeset_id": id });
    Ok(vec![
        Changed::created(CHANGESETS, key.clone()),
        Changed::created(DETAILS, key),
    ])
}

fn create_label(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    let project = project(world, order)?;
    let now = world.clock.now();
    let fallback = format!("label of {}", crate::date::sent(now));
    let name = order.text("name").unwrap_or(&fallback);
    let people = world.organization.identities.len() - 1;
    let id = world.tfvc.label(
        project.id,
        &format!("$/{}", project.name),
        name,
        people,
        now,
    );
    Ok(vec![Changed::created(LABELS, json!({ "id": id }))])
}
