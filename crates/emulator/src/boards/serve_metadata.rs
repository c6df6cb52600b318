//! Fields, types, categories, areas, iterations, tags, kinds of links.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    classification::Structure,
    process::{CATEGORIES, FIELDS, IDENTITY_FIELDS, KINDS, Kind, kind},
};
use crate::{
    answer::{Answer, Reply},
    context::{Context, get},
    refusal::Refusal,
    routes::Routes,
    world::World,
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .either("/wit/fields", get(fields))
        .either("/wit/fields/{name}", get(one_field))
        .project("/wit/workitemtypes", get(types))
        .project("/wit/workitemtypes/{name}", get(one_type))
        .project("/wit/workitemtypes/{name}/states", get(states))
        .project("/wit/workitemtypecategories", get(categories))
        .project("/wit/workitemtypecategories/{name}", get(one_category))
        .project("/wit/classificationnodes", get(nodes))
        .project("/wit/classificationnodes/{structure}", get(tree))
        .project("/wit/classificationnodes/{structure}/{*path}", get(tree))
        .project("/wit/tags", get(tags))
        .organization(
            "/wit/workitemrelationtypes",
            get(|context| Ok(relation_types(context))),
        )
}

fn wit_missing(message: &str) -> Refusal {
    Refusal::missing(
        "Microsoft.TeamFoundation.WorkItemTracking.Server.WorkItemTrackingException",
        "Microsoft.TeamFoundation.WorkItemTracking.Server",
        message,
    )
}

/// Members beside those that every reader knows.
pub(super) fn supported_operations(kind: &str) -> Value {
    let operation = |reference: &str, name: &str| json!({ "referenceName": format!("SupportedOperations.{reference}"), "name": name });
    let mut operations = vec![operation("Equals", "="), operation("NotEquals", "<>")];
    if kind == "treePath" {
        operations.insert(0, operation("Under", "Under"));
    }
    Value::Array(operations)
}

pub(super) fn field_url(link: &str, reference: &str) -> String {
    format!("{link}/_apis/wit/fields/{reference}")
}

fn field(world: &World, (reference, name, kind, read_only): &(&str, &str, &str, bool)) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("name", json!(name));
    put("referenceName", json!(reference));
    put("type", json!(kind));
    put("usage", json!("workItem"));
    put("readOnly", json!(read_only));
    put("canSortBy", json!(*kind != "html"));
    put("isQueryable", json!(true));
    put("isIdentity", json!(IDENTITY_FIELDS.contains(reference)));
    put("isPicklist", json!(*reference == "Custom.CustomerName"));
    put("isPicklistSuggested", json!(false));
    put("supportedOperations", supported_operations(kind));
    put(
        "url",
        json!(field_url(&world.organization.link(), reference)),
    );
    if *reference == "Custom.CustomerName" {
        put("picklistId", json!(PICKLIST));
        put("description", json!(PICKLIST_DESCRIPTION));
        put("isLocked", json!(false));
    }
    if *reference == DELETED_FIELD {
        put("isDeleted", json!(true));
    }
    Value::Object(members)
}

pub(super) const PICKLIST: &str = "6ce954b1-0000-4d1e-b94d-e6bf2464ba2c";
pub(super) const PICKLIST_DESCRIPTION: &str = "Who asked for it; <em>never</em> empty";
pub(super) const DELETED_FIELD: &str = "Custom.0ld_Field";

fn fields(context: &Context) -> Reply {
    let world = context.world();
    context.project(&world)?;
    let values: Vec<Value> = FIELDS.iter().map(|entry| field(&world, entry)).collect();
    Ok(Answer::list(&values))
}

fn one_field(context: &Context) -> Reply {
    let world = context.world();
    let name = context.parameter("name");
    FIELDS
        .iter()
        .find(|(reference, title, ..)| {
            reference.eq_ignore_ascii_case(name) || title.eq_ignore_ascii_case(name)
        })
        .map(|entry| Answer::json(&field(&world, entry)))
        .ok_or_else(|| wit_missing(&format!("TF51535: Cannot find field {name}.")))
}

fn type_reference(world: &World, project: Uuid, kind: &Kind) -> Value {
    let link = world.organization.link();
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("name", json!(kind.name));
    put("referenceName", json!(kind.reference));
    if let Some(description) = kind.description {
        put("description", json!(description));
    }
    put("color", json!(kind.color));
    let icon = format!(
        "{link}/_apis/wit/workItemIcons/{}?color={}&v=2",
        kind.icon, kind.color
    );
    put("icon", json!({ "id": kind.icon, "url": icon }));
    put("isDisabled", json!(kind.disabled));
    put(
        "xmlForm",
        json!(format!(
            "<FORM><Layout>{}</Layout></FORM>",
            "<Control Label=\"&amp;Area\" />".repeat(60)
        )),
    );
    let instances = field_instances(&link, kind);
    put("fields", instances.clone());
    put("fieldInstances", instances);
    put("transitions", kind.transitions());
    put("states", state_list(kind));
    put("url", json!(kind.url(&link, project)));
    Value::Object(members)
}

fn state_list(kind: &Kind) -> Value {
    let state = |(name, category, color): &(&str, &str, &str)| json!({ "name": name, "color": color, "category": category });
    kind.states.iter().map(state).collect()
}

fn types(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    let values: Vec<Value> = KINDS
        .iter()
        .map(|kind| type_reference(&world, project, kind))
        .collect();
    Ok(Answer::list(&values))
}

fn asked_kind(context: &Context) -> Result<&'static Kind, Refusal> {
    let name = context.parameter("name");
    kind(name).ok_or_else(|| {
        wit_missing(&format!(
            "VS402323: Work item type {name} does not exist in project."
        ))
    })
}

fn one_type(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    Ok(Answer::json(&type_reference(
        &world,
        project,
        asked_kind(context)?,
    )))
}

fn states(context: &Context) -> Reply {
    let world = context.world();
    context.the_project(&world)?;
    let Value::Array(states) = state_list(asked_kind(context)?) else {
        return Ok(Answer::nothing());
    };
    Ok(Answer::list(&states))
}

pub(super) fn category_url(link: &str, project: Uuid, reference: &str) -> String {
    format!("{link}/{project}/_apis/wit/workItemTypeCategories/{reference}")
}

fn category(
    world: &World,
    project: Uuid,
    (reference, name, default): &(&str, &str, Option<&str>),
) -> Value {
    let link = world.organization.link();
    let of_kind = |kind: &Kind| json!({ "name": kind.name, "url": kind.url(&link, project) });
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("name", json!(name));
    put("referenceName", json!(reference));
    if let Some(default) = default.and_then(kind) {
        put("defaultWorkItemType", of_kind(default));
    }
    let kinds = KINDS.iter().filter(|kind| kind.category == *reference);
    put("workItemTypes", kinds.map(of_kind).collect());
    put("url", json!(category_url(&link, project, reference)));
    Value::Object(members)
}

fn categories(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    let values: Vec<Value> = CATEGORIES
        .iter()
        .map(|entry| category(&world, project, entry))
        .collect();
    Ok(Answer::list(&values))
}

fn one_category(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    let name = context.parameter("name");
    CATEGORIES
        .iter()
        .find(|(reference, ..)| reference.eq_ignore_ascii_case(name))
        .map(|entry| Answer::json(&category(&world, project, entry)))
        .ok_or_else(|| {
            wit_missing(&format!(
                "VS402324: Work item type category {name} does not exist."
            ))
        })
}

fn depth(context: &Context) -> Result<i64, Refusal> {
    Ok(context.query.number("$depth")?.unwrap_or(0))
}

/// Both roots, or the nodes of `ids`.
fn nodes(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    let all = &world.boards.nodes;
    let ids = context.query.list("ids");
    let wanted = |id: i64| ids.iter().any(|asked| asked.parse() == Ok(id));
    let found = all.of(project).filter(|(_, node)| {
        if ids.is_empty() {
            node.parent.is_none()
        } else {
            wanted(node.id)
        }
    });
    let depth = depth(context)?;
    let values: Vec<Value> = found
        .map(|(place, _)| all.reference(place, depth))
        .collect();
    Ok(Answer::list(&values))
}

fn tree(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    let asked = context.parameter("structure");
    let structure = if asked.eq_ignore_ascii_case("areas") {
        Structure::Area
    } else {
        Structure::Iteration
    };
    let path = context.parameter("path");
    let missing = || {
        wit_missing(&format!(
            "VS402485: The {} name is not recognized: {path}.",
            structure.word()
        ))
    };
    let all = &world.boards.nodes;
    let mut place = *all.tree(project, structure).first().ok_or_else(missing)?;
    for name in path.split(['/', '\\']).filter(|name| !name.is_empty()) {
        let mut children = all
            .of(project)
            .filter(|(_, node)| node.parent == Some(place));
        place = children
            .find(|(_, node)| node.name.eq_ignore_ascii_case(name))
            .map(|(child, _)| child)
            .ok_or_else(missing)?;
    }
    Ok(Answer::json(&all.reference(place, depth(context)?)))
}

fn tags(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    let link = world.organization.link();
    let tag = |tag: &super::item::Tag| json!({ "id": tag.id, "name": tag.name, "url": format!("{link}/{project}/_apis/wit/tags/{}", tag.id) });
    let values: Vec<Value> = world.boards.tags.iter().map(tag).collect();
    Ok(Answer::list(&values))
}

fn relation_types(context: &Context) -> Answer {
    let link = context.world().organization.link();
    let kind = |reference: &str, name: &str| json!({ "referenceName": reference, "name": name, "url": format!("{link}/_apis/wit/workItemRelationTypes/{reference}") });
    Answer::list(&[
        kind("System.LinkTypes.Hierarchy-Forward", "Child"),
        kind("System.LinkTypes.Hierarchy-Reverse", "Parent"),
        kind("System.LinkTypes.Related", "Related"),
        kind("System.LinkTypes.Dependency-Forward", "Successor"),
        kind("System.LinkTypes.Dependency-Reverse", "Predecessor"),
        kind("ArtifactLink", "Artifact Link"),
    ])
}

/// The fields of a type, as its description lists them.
pub(super) fn field_instances(link: &str, kind: &Kind) -> Value {
    let instance = |reference: &str| {
        let own = FIELDS.iter().find(|(own, ..)| *own == reference);
        json!({
            "alwaysRequired": matches!(reference, "System.Title" | "System.State"),
            "name": own.map_or("", |(_, name, ..)| *name),
            "referenceName": reference,
            "url": field_url(link, reference),
        })
    };
    kind.fields().into_iter().map(instance).collect()
}
