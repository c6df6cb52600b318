//! Which services of a project are switched on.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Domain, Project};
use crate::{
    answer::{Answer, Reply},
    context::{Context, get, post},
    refusal::Refusal,
    routes::Routes,
    world::World,
};

const DOMAINS: [Domain; 3] = [Domain::Boards, Domain::Git, Domain::Pipelines];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .organization(
            "/featuremanagement/featurestates/host/project/{name}/{feature}",
            get(one),
        )
        .organization("/featuremanagement/featurestatesquery", post(query))
        .organization(
            "/featuremanagement/featurestatesquery/host/project/{name}",
            post(query),
        )
}

fn state(world: &World, project: &Project, feature: &str) -> Value {
    let is_off = DOMAINS.iter().any(|domain| {
        domain.feature() == feature && world.organization.is_off(project.id, *domain)
    });
    json!({
        "featureId": feature,
        "scope": { "settingScope": "project", "userScoped": false },
        "state": if is_off { "disabled" } else { "enabled" },
    })
}

fn one(context: &Context) -> Reply {
    context.preview_only()?;
    let world = context.world();
    let project = find(context, &world, context.parameter("name"))?;
    Ok(Answer::json(&state(
        &world,
        project,
        context.parameter("feature"),
    )))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    #[serde(default)]
    feature_ids: Vec<String>,
    #[serde(default)]
    scope_values: Map<String, Value>,
}

/// Many features at once; the project is in the path or among the scope values.
fn query(context: &Context) -> Reply {
    context.preview_only()?;
    let asked: Query = context.read_body()?;
    let world = context.world();
    let of_body = asked.scope_values.get("project").and_then(Value::as_str);
    let name = of_body.unwrap_or_else(|| context.parameter("name"));
    let project = find(context, &world, name)?;
    let states: Map<String, Value> = asked
        .feature_ids
        .iter()
        .map(|feature| (feature.clone(), state(&world, project, feature)))
        .collect();
    Ok(Answer::json(&json!({
        "featureIds": asked.feature_ids,
        "featureStates": states,
        "scopeValues": asked.scope_values,
    })))
}

fn find<'w>(context: &Context, world: &'w World, name: &str) -> Result<&'w Project, Refusal> {
    world.organization.project_to_read(&context.caller, name)
}
