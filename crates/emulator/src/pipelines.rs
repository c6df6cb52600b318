//! Build definitions, builds and timelines.

mod build;
mod build_json;
mod change;
mod definition;
mod definition_make;
mod heads;
mod make;
mod order;
mod serve_build;
mod serve_builds;
mod serve_definitions;
mod timeline;
mod timeline_job;
mod timeline_make;
mod truth;

use uuid::Uuid;

use self::{build::Build, definition::Definition, order::Tokens};
use crate::{context::get, git::Actor, random::Random, routes::Routes};

pub use self::{
    change::{change, random_change},
    truth::{ENTITIES, truth},
};

/// This domain's part of the world.
#[derive(Debug)]
pub struct PipelinesWorld {
    /// What everything that is not kept, but made when asked for, follows from.
    salt: u64,
    /// Everybody who acts, and last the service itself.
    people: Vec<Actor>,
    /// The same, ready to be sent.
    people_json: Vec<String>,
    definitions: Vec<Definition>,
    /// By id.
    builds: Vec<Build>,
    tokens: Tokens,
    random: Random,
}

impl PipelinesWorld {
    fn build(&self, id: i64) -> Option<&Build> {
        self.builds
            .binary_search_by_key(&id, |build| build.id)
            .ok()
            .map(|place| &self.builds[place])
    }

    fn builds_of(&self, project: Uuid) -> impl Iterator<Item = &Build> {
        self.builds
            .iter()
            .filter(move |build| build.project == project)
    }
}

/// This domain's endpoints.
pub fn routes(routes: Routes) -> Routes {
    routes
        .project("/build/definitions", get(serve_definitions::list))
        .either(
            "/build/definitions/{definition}",
            get(serve_definitions::one),
        )
        .project("/pipelines", get(serve_definitions::pipelines))
        .project("/build/builds", get(serve_builds::list))
        .either("/build/builds/{build}", get(serve_build::one))
        .either(
            "/build/builds/{build}/timeline",
            get(serve_build::newest_timeline),
        )
        .either(
            "/build/builds/{build}/timeline/{timeline}",
            get(serve_build::one_timeline),
        )
        .either("/build/builds/{build}/changes", get(serve_build::changes))
        .either(
            "/build/builds/{build}/workitems",
            get(serve_build::work_items),
        )
        .either(
            "/build/builds/{build}/artifacts",
            get(serve_build::artifacts),
        )
        .either("/build/builds/{build}/tags", get(serve_build::tags))
}
