//! Repositories in the REST API: unpaged, `$top` and `$skip` are not heard.

use serde_json::Value;

use super::{
    named,
    repository::{Detail, Kind},
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    organization::Project,
    world::World,
};

/// All repositories of the organization or of a project.
pub(super) fn list(context: &Context) -> Reply {
    let world = context.world();
    let scope = context.project(&world)?;
    let hidden = context.query.flag("includeHidden");
    let detail = if context.query.flag("includeLinks") {
        Detail::Whole
    } else {
        Detail::Listed
    };
    let shown = world.git.repositories.iter().filter(|repository| {
        repository.exists()
            && (hidden || repository.kind != Kind::Wiki)
            && context.covers(scope, repository.project)
    });
    let values = shown.filter_map(|repository| {
        let project = world.organization.project_by_id(repository.project)?;
        Some(repository.json(&world.organization, project, detail))
    });
    Ok(Answer::list(&values.collect::<Vec<_>>()))
}

/// One repository; a disabled one too.
pub(super) fn one(context: &Context) -> Reply {
    let world = context.world();
    let (project, repository) = named(context, &world)?;
    let mut value = repository.json(&world.organization, project, Detail::Whole);
    if let (Value::Object(members), Some(parent), true) = (
        &mut value,
        repository.fork_of.and_then(|id| world.git.repository(id)),
        context.query.flag("includeParent"),
    ) {
        let project = world.organization.project_by_id(parent.project);
        let parent =
            project.map(|project| parent.json(&world.organization, project, Detail::Listed));
        members.extend(parent.map(|parent| ("parentRepository".to_owned(), parent)));
    }
    Ok(Answer::json(&value))
}

/// All deleted repositories of a project.
pub(super) fn deleted(context: &Context) -> Reply {
    let world = context.world();
    let scope = context.the_project(&world)?;
    Ok(Answer::list(&gone(context, &world, scope)))
}

/// Those that can be restored: here they are the same.
pub(super) fn recycle_bin(context: &Context) -> Reply {
    deleted(context)
}

fn gone(context: &Context, world: &World, project: &Project) -> Vec<Value> {
    let deleted = world
        .git
        .repositories
        .iter()
        .filter(|repository| context.covers(Some(project), repository.project));
    deleted
        .filter_map(|repository| repository.deleted_json(&world.organization, project))
        .collect()
}
