//! Records to send.

use wire::proto::{
    boards::v1::{Project, Team},
    git::v1::{Ref, Repository},
    pipelines::v1::{Build, Timeline, TimelineRecord},
};

use crate::world::World;

pub(crate) fn build(world: &World, id: i64, status: &str) -> Build {
    Build {
        id,
        project_id: world.project.to_string(),
        status: status.to_owned(),
        tags: vec!["nightly".to_owned()],
        ..Build::default()
    }
}

pub(crate) fn reference(world: &World, name: &str, object_id: &str) -> Ref {
    Ref {
        repository_id: world.repository.to_string(),
        project_id: world.project.to_string(),
        name: name.to_owned(),
        object_id: object_id.to_owned(),
        ..Ref::default()
    }
}

pub(crate) fn project(world: &World, name: &str) -> Project {
    Project {
        id: world.project.to_string(),
        name: name.to_owned(),
        state: "wellFormed".to_owned(),
        revision: 1,
        ..Project::default()
    }
}

pub(crate) fn repository(world: &World, id: uuid::Uuid, name: &str) -> Repository {
    Repository {
        id: id.to_string(),
        project_id: world.project.to_string(),
        name: name.to_owned(),
        ..Repository::default()
    }
}

pub(crate) fn team(world: &World, id: u128, name: &str) -> Team {
    Team {
        id: uuid::Uuid::from_u128(id).to_string(),
        project_id: world.project.to_string(),
        name: name.to_owned(),
        ..Team::default()
    }
}

pub(crate) fn timeline(world: &World, build_id: i64, names: &[&str]) -> Timeline {
    let record = |name: &&str| TimelineRecord {
        id: format!("record of {name}"),
        attempt: 1,
        name: (*name).to_owned(),
        order: Some(3),
        ..TimelineRecord::default()
    };
    Timeline {
        build_id,
        project_id: world.project.to_string(),
        records: names.iter().map(record).collect(),
        ..Timeline::default()
    }
}
