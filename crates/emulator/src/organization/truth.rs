//! The ground truth of projects and teams.

use serde_json::json;

use super::{
    PROJECTS, TEAMS, User,
    routes::{team_identity_url, team_url, visible_teams},
};
use crate::{date, truth::Rows, world::World};

/// The entities of this domain.
pub const ENTITIES: &[&str] = &[PROJECTS, TEAMS];

/// Tells the rows of an entity.
pub fn truth(world: &World, reader: &User, entity: &str, rows: Rows<'_>) -> bool {
    let link = world.organization.link();
    match entity {
        PROJECTS => {
            for project in world
                .organization
                .projects
                .iter()
                .filter(|project| reader.lists(project.id))
            {
                rows(json!({
                    "id": project.id,
                    "name": project.name,
                    "description": project.description,
                    "state": project.state.word(),
                    "revision": project.revision,
                    "visibility": project.visibility,
                    "last_update_time": project.last_update_time.as_deref().and_then(date::stored_text),
                    "url": format!("{link}/_apis/projects/{}", project.id),
                    "extra": null,
                }));
            }
        }
        TEAMS => {
            for (team, project) in visible_teams(world, reader) {
                rows(json!({
                    "id": team.id,
                    "name": team.name,
                    "project_id": project.id,
                    "project_name": project.name,
                    "description": team.description,
                    "identity_url": team_identity_url(team),
                    "url": team_url(team, &link),
                    "extra": null,
                }));
            }
        }
        _ => return false,
    }
    true
}
