//! What may I: rights by namespace and token. They know nothing of licences, nor of what is switched off.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Domain, State, User};
use crate::{
    answer::{Answer, Reply},
    context::{Context, get, post},
    refusal::Refusal,
    routes::Routes,
    world::World,
};

/// What a namespace protects.
#[derive(Clone, Copy, Debug)]
enum Object {
    Project,
    Part(Domain),
    /// Areas: the token has the guid of a node.
    Area,
    /// Whatever everybody reads who reads the project.
    Other,
}

/// Id, name, what it protects, and the bits of its rights to read (`securitynamespaces` of a recording).
const NAMESPACES: [(&str, &str, Object, i64); 9] = [
    (
        "52d39943-cb85-4d7f-8fa8-c6baac873819",
        "Project",
        Object::Project,
        1,
    ),
    (
        "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87",
        "Git Repositories",
        Object::Part(Domain::Git),
        2,
    ),
    (
        "33344d9c-fc72-4d6f-aba5-fa317101a7e9",
        "Build",
        Object::Part(Domain::Pipelines),
        // View builds, and view definitions.
        1 | 1024,
    ),
    (
        "83e28ad4-2d72-4ceb-97b0-c7726d5502c3",
        "CSS",
        Object::Area,
        1 | 16,
    ),
    (
        "bf7bfa03-b2b7-47db-8113-fa2e002cc5b1",
        "Iteration",
        Object::Area,
        1,
    ),
    (
        "a39371cf-0841-4c16-bbd3-276e341bc052",
        "VersionControlItems",
        Object::Part(Domain::Tfvc),
        1,
    ),
    (
        "58450c49-b02d-465a-ab12-59ae512d6531",
        "Analytics",
        Object::Other,
        1,
    ),
    (
        "c788c23e-1b46-4162-8f5e-d7585343b5de",
        "ReleaseManagement",
        Object::Other,
        1 | 32,
    ),
    (
        "83d4c2e6-e57d-4d6e-892b-b87222b7ad20",
        "Environment",
        Object::Other,
        1,
    ),
];

/// The right to read work items, in the namespace of areas.
const WORK_ITEM_READ: i64 = 16;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .organization("/security/permissionevaluationbatch", post(batch))
        .organization("/permissions/{namespace}/{bits}", get(single))
        .organization("/securitynamespaces", get(|_| Ok(namespaces())))
}

#[derive(Deserialize)]
struct Evaluations {
    #[serde(default)]
    evaluations: Vec<Evaluation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evaluation {
    #[serde(alias = "securitynamespaceid")]
    security_namespace_id: Uuid,
    token: String,
    permissions: i64,
}

fn batch(context: &Context) -> Reply {
    let asked: Evaluations = context.read_body()?;
    let world = context.world();
    let evaluate = |evaluation: &Evaluation| {
        json!({
            "securityNamespaceId": evaluation.security_namespace_id,
            "token": evaluation.token,
            "permissions": evaluation.permissions,
            "value": may(&world, &context.caller, evaluation),
        })
    };
    let values: Vec<Value> = asked.evaluations.iter().map(evaluate).collect();
    Ok(Answer::json(
        &json!({ "alwaysAllowAdministrators": false, "evaluations": values }),
    ))
}

/// `?tokens=a,b`, or with another `delimiter`.
fn single(context: &Context) -> Reply {
    let world = context.world();
    let named = context.parameter("namespace");
    let namespace =
        Uuid::parse_str(named).map_err(|_| Refusal::argument("securityNamespaceId", named))?;
    let bits = context.parameter_number("bits")?;
    let delimiter = context.query.get("delimiter").unwrap_or(",");
    let tokens = context.query.get("tokens").unwrap_or_default();
    let values: Vec<Value> = tokens
        .split(delimiter)
        .map(|token| {
            let evaluation = Evaluation {
                security_namespace_id: namespace,
                token: String::from(token),
                permissions: bits,
            };
            Value::Bool(may(&world, &context.caller, &evaluation))
        })
        .collect();
    Ok(Answer::list(&values))
}

fn namespaces() -> Answer {
    let values: Vec<Value> = NAMESPACES
        .iter()
        .map(|(id, name, _, bits)| {
            json!({ "namespaceId": id, "name": name, "readPermission": bits & -bits, "actions": [] })
        })
        .collect();
    Answer::list(&values)
}

/// Administrators may all that is known; others read what they are readers of, and nothing across projects.
fn may(world: &World, caller: &User, evaluation: &Evaluation) -> bool {
    let id = evaluation.security_namespace_id.to_string();
    let Some((_, _, object, to_read)) = NAMESPACES.iter().find(|(known, ..)| *known == id) else {
        return caller.administers();
    };
    let Some(project) = project(world, *object, &evaluation.token) else {
        return caller.administers();
    };
    let is_open = world
        .organization
        .project_by_id(project)
        .is_some_and(|project| project.state == State::WellFormed);
    let has_right = match object {
        Object::Part(domain) => caller.has_right(project, *domain),
        Object::Area if evaluation.permissions & WORK_ITEM_READ != 0 => {
            caller.has_right(project, Domain::Boards)
        }
        Object::Project | Object::Area | Object::Other => caller.enters(project),
    };
    let only_reads = evaluation.permissions & !to_read == 0;
    is_open && has_right && (only_reads || caller.administers())
}

/// The project that a token is of: it has the project's id, its name in TFVC, or the guid of a node.
fn project(world: &World, object: Object, token: &str) -> Option<Uuid> {
    let organization = &world.organization;
    match object {
        Object::Part(Domain::Tfvc) => {
            let folder = token.strip_prefix("$/")?.split('/').next()?;
            organization.project(folder).map(|project| project.id)
        }
        Object::Area => world.boards.project_of_node(token.rsplit('/').next()?),
        _ => organization
            .projects
            .iter()
            .map(|project| project.id)
            .find(|id| token.contains(&id.to_string())),
    }
}
