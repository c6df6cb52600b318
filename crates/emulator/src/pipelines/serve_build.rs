//! One build and what is below it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    build::{Build, Shape},
    build_json::Writer,
    timeline_make::timeline,
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    date,
    refusal::Refusal,
    world::World,
};

/// The service stops here, whatever `$top` says.
const MOST_CHANGES: usize = 200;

fn find<'w>(context: &Context, world: &'w World) -> Result<&'w Build, Refusal> {
    let id = context.parameter_number("build")?;
    let scope = context.project(world)?;
    let found = world
        .pipelines
        .build(id)
        .filter(|build| context.covers(scope, build.project));
    found.ok_or_else(|| missing(id))
}

fn missing(id: i64) -> Refusal {
    Refusal::missing(
        "Microsoft.TeamFoundation.Build.WebApi.BuildNotFoundException",
        "Microsoft.TeamFoundation.Build2.WebApi",
        &format!("The requested build {id} could not be found."),
    )
}

/// A build; a deleted one too.
pub(super) fn one(context: &Context) -> Reply {
    let world = context.world();
    let build = find(context, &world)?;
    Ok(Answer::text(
        Writer::new(&world.pipelines, &world.organization).write(build),
    ))
}

/// Its timeline: 204, an empty body, 404 or null for some that never ran.
pub(super) fn newest_timeline(context: &Context) -> Reply {
    let world = context.world();
    let build = find(context, &world)?;
    if build.deleted.is_some() {
        return Err(missing(build.id));
    }
    let Some(timeline) = timeline(&world.pipelines, build) else {
        return match build.shape {
            Shape::EmptyBody => Ok(Answer::text("").status(StatusCode::OK.as_u16())),
            Shape::Missing => Err(missing_timeline(build.id)),
            _ => Ok(Answer::nothing()),
        };
    };
    Ok(Answer::json(&timeline.json(&below(&world, build))))
}

/// A timeline by its id: those of earlier attempts too.
pub(super) fn one_timeline(context: &Context) -> Reply {
    let world = context.world();
    let build = find(context, &world)?;
    let id = context.parameter("timeline");
    let newest = timeline(&world.pipelines, build).filter(|_| build.deleted.is_none());
    let newest = newest.ok_or_else(|| missing_timeline(build.id))?;
    let all = std::iter::once(&newest).chain(&newest.earlier);
    let found = all
        .into_iter()
        .find(|timeline| timeline.id.to_string().eq_ignore_ascii_case(id));
    let found = found.ok_or_else(|| missing_timeline(build.id))?;
    Ok(Answer::json(&found.json(&below(&world, build))))
}

fn missing_timeline(id: i64) -> Refusal {
    Refusal::missing(
        "Microsoft.TeamFoundation.Build.WebApi.TimelineNotFoundException",
        "Microsoft.TeamFoundation.Build2.WebApi",
        &format!("The timeline of build {id} could not be found."),
    )
}

fn below(world: &World, build: &Build) -> String {
    format!(
        "{}/{}/_apis/build/builds/{}",
        world.organization.link(),
        build.project,
        build.id
    )
}

/// The commits that are new in it.
pub(super) fn changes(context: &Context) -> Reply {
    let world = context.world();
    let build = find(context, &world)?;
    let definition = &world.pipelines.definitions[build.definition];
    let link = world.organization.link();
    let change = build.version.as_ref().map(|version| {
        json!({
            "id": version,
            "message": build.message.clone().unwrap_or_default(),
            "type": definition.source.kind,
            "author": world.pipelines.people[build.requested_for].reference(&link),
            "timestamp": date::sent(build.queued),
            "location": format!("{link}/_apis/git/repositories/{}/commits/{version}", definition.source.id),
        })
    });
    Ok(Answer::list(
        &change.into_iter().take(MOST_CHANGES).collect::<Vec<_>>(),
    ))
}

/// The work items that its commits name.
pub(super) fn work_items(context: &Context) -> Reply {
    let world = context.world();
    let build = find(context, &world)?;
    let link = world.organization.link();
    let id = build.id % 40 + 1;
    let item = json!({ "id": id.to_string(), "url": format!("{link}/_apis/wit/workItems/{id}") });
    Ok(Answer::list(if build.id % 4 == 0 {
        std::slice::from_ref(&item)
    } else {
        &[]
    }))
}

/// What it published.
pub(super) fn artifacts(context: &Context) -> Reply {
    let world = context.world();
    let build = find(context, &world)?;
    if build.id % 3 != 0 || build.started.is_none() {
        return Ok(Answer::list(&[]));
    }
    let url = format!("{}/artifacts?artifactName=drop", below(&world, build));
    let data = format!("#/{}/drop", build.id);
    Ok(Answer::list(&[json!({
        "id": build.id,
        "name": "drop",
        "source": Value::Null,
        "resource": {
            "type": "Container",
            "data": data,
            "properties": { "localpath": "/home/vsts/work/1/a", "artifactsize": "30214" },
            "url": url,
            "downloadUrl": format!("{url}&%24format=zip"),
        },
    })]))
}

/// Its tags.
pub(super) fn tags(context: &Context) -> Reply {
    let world = context.world();
    let build = find(context, &world)?;
    Ok(Answer::list(
        &build.tags.iter().map(|tag| json!(tag)).collect::<Vec<_>>(),
    ))
}
