//! Build definitions in the REST API.

use serde_json::json;

use super::definition::Definition;
use crate::{
    answer::{Answer, Reply},
    context::Context,
    date, json as text, paging,
    refusal::Refusal,
};

const PAGE: usize = 10_000;

/// The definitions of a project; some members only with all properties.
pub(super) fn list(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?;
    let query = &context.query;
    let ids = query.list("definitionIds");
    let takes = |definition: &&Definition| {
        context.covers(Some(project), definition.project)
            && (ids.is_empty() || ids.iter().any(|id| id.parse() == Ok(definition.id)))
            && query
                .get("name")
                .is_none_or(|name| is_like(name, &definition.name))
            && query.get("path").is_none_or(|path| path == definition.path)
            && query
                .get("repositoryId")
                .is_none_or(|id| id == definition.source.id)
    };
    let mut found = world
        .pipelines
        .definitions
        .iter()
        .filter(takes)
        .collect::<Vec<_>>();
    match query
        .get("queryOrder")
        .unwrap_or("none")
        .to_ascii_lowercase()
        .as_str()
    {
        "lastmodifiedascending" => found.sort_by_key(|definition| definition.created),
        "lastmodifieddescending" => {
            found.sort_by_key(|definition| std::cmp::Reverse(definition.created));
        }
        "definitionnameascending" => found.sort_by_key(|definition| definition.name.to_lowercase()),
        "definitionnamedescending" => {
            found.sort_by_key(|definition| std::cmp::Reverse(definition.name.to_lowercase()));
        }
        _ => {}
    }
    let (page, next) = paging::by_offset(context, &found, PAGE, PAGE)?;
    let whole = query.flag("includeAllProperties");
    let link = world.organization.link();
    let texts = page
        .iter()
        .map(|definition| text::kept(&definition.json(project, &link, whole)))
        .collect::<Vec<_>>();
    Ok(Answer::texts(texts.iter().map(String::as_str)).continued(next))
}

/// One definition with everything.
pub(super) fn one(context: &Context) -> Reply {
    let world = context.world();
    let id = context.parameter_number("definition")?;
    let scope = context.project(&world)?;
    let found = world
        .pipelines
        .definitions
        .iter()
        .find(|definition| definition.id == id);
    let found = found.filter(|definition| context.covers(scope, definition.project));
    let found = found.and_then(|definition| {
        Some((
            definition,
            world.organization.project_by_id(definition.project)?,
        ))
    });
    let (definition, project) = found.ok_or_else(|| {
        Refusal::missing(
            "Microsoft.TeamFoundation.Build.WebApi.DefinitionNotFoundException",
            "Microsoft.TeamFoundation.Build2.WebApi",
            &format!("The definition {id} could not be found."),
        )
    })?;
    Ok(Answer::json(&definition.json(
        project,
        &world.organization.link(),
        true,
    )))
}

/// The same under the pipelines' own name.
pub(super) fn pipelines(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?;
    let found = world
        .pipelines
        .definitions
        .iter()
        .filter(|definition| context.covers(Some(project), definition.project))
        .collect::<Vec<_>>();
    let (page, next) = paging::by_offset(context, &found, PAGE, PAGE)?;
    let link = world.organization.link();
    let values = page.iter().map(|definition| {
        json!({
            "url": format!("{link}/{}/_apis/pipelines/{}?revision={}", project.id, definition.id, definition.revision),
            "id": definition.id,
            "revision": definition.revision,
            "name": definition.name,
            "folder": definition.path,
            "createdDate": date::sent(definition.created),
        })
    });
    Ok(Answer::list(&values.collect::<Vec<_>>()).continued(next))
}

/// Stars at the ends stand for anything.
fn is_like(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => name.contains(pattern.trim_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}
