//! Changes of projects and rights.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{Organization, PROJECTS, Project, Role, State, TEAMS};
use crate::{
    change::{Changed, Order, Outcome},
    date,
    refusal::Refusal,
    world::World,
};

/// Carries out the kinds of this domain.
pub fn change(world: &mut World, order: &Order) -> Outcome {
    Some(match order.kind.as_str() {
        "create_project" => Ok(create(world, order)),
        "rename_project" => rename(world, order),
        "delete_project" => delete(world, order),
        "hide_project" => set_rights(world, order, false),
        "show_project" => set_rights(world, order, true),
        _ => return super::change_rights::change(world, order),
    })
}

fn key(id: Uuid) -> serde_json::Value {
    json!({ "id": id })
}

fn create(world: &mut World, order: &Order) -> Vec<Changed> {
    let number = world.organization.projects.len();
    let fallback = format!("Project {number}");
    let id = world
        .organization
        .add_project(order.text("name").unwrap_or(&fallback), Role::Later);
    let now = world.clock.now();
    world.organization.touch(id, now);
    let mut changed = vec![Changed::created(PROJECTS, key(id))];
    let teams = world
        .organization
        .teams
        .iter()
        .filter(|team| team.project == id);
    changed.extend(teams.map(|team| Changed::created(TEAMS, key(team.id))));
    changed.extend(world.boards.add_project(&world.organization, id));
    changed
}

fn rename(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    let id = world.organization.named(order)?;
    let now = world.clock.now();
    let project = world.organization.touch(id, now);
    let former = project.name.clone();
    project.name = order
        .text("name")
        .map_or_else(|| format!("{former} Renamed"), String::from);
    project.former_names.push(former);
    let mut changed = vec![Changed::updated(PROJECTS, key(id))];
    let teams = world
        .organization
        .teams
        .iter()
        .filter(|team| team.project == id);
    changed.extend(teams.map(|team| Changed::updated(TEAMS, key(team.id))));
    Ok(changed)
}

/// A deleted project stays in `stateFilter=all`; nobody reads its contents any more.
fn delete(world: &mut World, order: &Order) -> Result<Vec<Changed>, Refusal> {
    let id = world.organization.named(order)?;
    let now = world.clock.now();
    world.organization.touch(id, now).state = State::Deleted;
    for user in &mut world.organization.users {
        Arc::make_mut(user).denied.insert(id);
    }
    let mut changed = vec![Changed::updated(PROJECTS, key(id))];
    let teams = world
        .organization
        .teams
        .iter()
        .filter(|team| team.project == id);
    changed.extend(teams.map(|team| Changed::deleted(TEAMS, key(team.id))));
    Ok(changed)
}

/// `{"project", "user": role, "how": "list" | "contents"}`: the main reader, and the whole project, unless told otherwise.
fn set_rights(world: &mut World, order: &Order, show: bool) -> Result<Vec<Changed>, Refusal> {
    let id = world.organization.named(order)?;
    let role = order.text("user").unwrap_or("reader");
    let user = world
        .organization
        .users
        .iter_mut()
        .find(|user| user.role == role)
        .ok_or_else(|| Refusal::invalid(&format!("there is no user '{role}'")))?;
    let user = Arc::make_mut(user);
    match (show, order.text("how")) {
        (true, _) => user.show(id),
        (false, Some("contents")) => drop(user.denied.insert(id)),
        (false, _) => user.hide(id),
    }
    Ok(Vec::new())
}

impl Organization {
    /// The project that an order names by `project`: an id, a name, or nothing for the first one.
    pub(crate) fn named(&self, order: &Order) -> Result<Uuid, Refusal> {
        match order.text("project") {
            Some(name) => self
                .project(name)
                .map(|project| project.id)
                .ok_or_else(|| Refusal::project_missing(name)),
            None => self
                .well_formed()
                .next()
                .map(|project| project.id)
                .ok_or_else(|| Refusal::project_missing("")),
        }
    }

    /// Notes that a project changes, and gives it out to be changed.
    fn touch(&mut self, id: Uuid, now: Timestamp) -> &mut Project {
        self.revision += 1;
        let place = self
            .projects
            .iter()
            .position(|project| project.id == id)
            .unwrap_or(0);
        let project = &mut self.projects[place];
        self.history.push((project.revision, project.clone()));
        project.revision = self.revision;
        project.last_update_time = Some(date::sent(now));
        project
    }
}
