//! Branches, labels and items.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Branch, Change, Label,
    serve::{missing, scope},
};
use crate::{
    answer::{Answer, Reply},
    context::{Context, get},
    date,
    paging::Slice,
    refusal::Refusal,
    routes::Routes,
    world::World,
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .either("/tfvc/branches", get(branches))
        .either("/tfvc/labels", get(labels))
        .either("/tfvc/labels/{id}", get(label))
        .organization("/tfvc/labels/{id}/items", get(label_items))
        .either("/tfvc/items", get(items))
}

pub(super) fn branch_url(link: &str, branch: &Branch) -> String {
    format!("{link}/_apis/tfvc/branches/{}", branch.path)
}

/// Roots with their children below them, as far as these are asked for; or the one branch of a path.
fn branches(context: &Context) -> Reply {
    let world = context.world();
    let scope = scope(context, &world)?;
    let all = &world.tfvc.branches;
    let asked = context.query.get("path");
    let include_deleted = context.query.flag("includeDeleted");
    let is_wanted = |branch: &Branch| {
        context.covers(scope, branch.project)
            && (include_deleted || !branch.is_deleted)
            && asked.map_or_else(|| branch.parent.is_none(), |path| path == branch.path)
    };
    let places = (0..all.len()).filter(|place| is_wanted(&all[*place]));
    let values: Vec<Value> = places
        .map(|place| branch_reference(context, &world, place, include_deleted))
        .collect();
    if let (Some(path), true) = (asked, values.is_empty()) {
        return Err(missing(
            &format!("TF400829: {path} is not a branch."),
            "BranchNotFoundException",
        ));
    }
    match (asked, values.first()) {
        (Some(_), Some(branch)) => Ok(Answer::json(branch)),
        _ => Ok(Answer::list(&values)),
    }
}

fn branch_reference(
    context: &Context,
    world: &World,
    place: usize,
    include_deleted: bool,
) -> Value {
    let link = world.organization.link();
    let branch = &world.tfvc.branches[place];
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("path", json!(branch.path));
    if let Some(description) = branch.description {
        put("description", json!(description));
    }
    put(
        "owner",
        world.organization.identities[branch.owner].reference(&link),
    );
    put("createdDate", json!(date::sent(branch.created)));
    put("url", json!(branch_url(&link, branch)));
    put(
        "relatedBranches",
        branch
            .related
            .iter()
            .map(|path| json!({ "path": path }))
            .collect(),
    );
    put("mappings", json!([]));
    if branch.is_deleted {
        put("isDeleted", json!(true));
    }
    if let (true, Some(parent)) = (
        context.query.flag("includeParent"),
        parent_path(world, branch),
    ) {
        put("parent", json!({ "path": parent }));
    }
    if context.query.flag("includeChildren") {
        let is_child = |(_, child): &(usize, &Branch)| {
            child.project == branch.project
                && parent_path(world, child) == Some(branch.path.as_str())
                && (include_deleted || !child.is_deleted)
        };
        let children = world.tfvc.branches.iter().enumerate().filter(is_child);
        put(
            "children",
            children
                .map(|(child, _)| branch_reference(context, world, child, include_deleted))
                .collect(),
        );
    }
    Value::Object(members)
}

/// The path of the branch that this one was branched from.
pub(super) fn parent_path<'w>(world: &'w World, branch: &Branch) -> Option<&'w str> {
    let mut of_project = world
        .tfvc
        .branches
        .iter()
        .filter(|other| other.project == branch.project);
    of_project
        .nth(branch.parent?)
        .map(|parent| parent.path.as_str())
}

pub(super) fn label_url(link: &str, label: &Label) -> String {
    format!("{link}/_apis/tfvc/labels/{}", label.id)
}

fn label_reference(world: &World, label: &Label) -> Value {
    let link = world.organization.link();
    json!({
        "id": label.id,
        "name": label.name,
        "description": label.description.as_deref().unwrap_or_default(),
        "labelScope": label.scope,
        "modifiedDate": date::sent(label.modified),
        "owner": world.organization.identities[label.owner].reference(&link),
        "url": label_url(&link, label),
    })
}

/// Newest first.
fn labels(context: &Context) -> Reply {
    let world = context.world();
    let scope = scope(context, &world)?;
    let name = context
        .query
        .get("requestData.name")
        .or_else(|| context.query.get("name"));
    let found = world
        .tfvc
        .labels
        .iter()
        .rev()
        .filter(|label| context.covers(scope, label.project));
    let found = found.filter(|label| name.is_none_or(|name| label.name.eq_ignore_ascii_case(name)));
    let values: Vec<Value> = found.map(|label| label_reference(&world, label)).collect();
    Ok(Answer::list(Slice::asked(context, 100, 1_000)?.of(&values)))
}

fn find_label<'w>(context: &Context, world: &'w World) -> Result<&'w Label, Refusal> {
    let scope = scope(context, world)?;
    let id = context.parameter_number("id")?;
    let mut labels = world.tfvc.labels.iter();
    labels
        .find(|label| label.id == id && context.covers(scope, label.project))
        .ok_or_else(|| {
            missing(
                &format!("TF14063: The label {id} does not exist."),
                "LabelNotFoundException",
            )
        })
}

fn label(context: &Context) -> Reply {
    let world = context.world();
    Ok(Answer::json(&label_reference(
        &world,
        find_label(context, &world)?,
    )))
}

fn label_items(context: &Context) -> Reply {
    let world = context.world();
    let label = find_label(context, &world)?;
    let changesets = world
        .tfvc
        .changesets
        .iter()
        .filter(|changeset| changeset.project == label.project)
        .take(5);
    let item = |id: i64, change: &Change| json!({ "version": id, "path": change.path });
    let values: Vec<Value> = changesets
        .flat_map(|changeset| {
            changeset
                .changes
                .iter()
                .take(3)
                .map(move |change| item(changeset.id, change))
        })
        .collect();
    Ok(Answer::list(Slice::asked(context, 100, 1_000)?.of(&values)))
}

/// What is there now under a path.
fn items(context: &Context) -> Reply {
    let world = context.world();
    let scope = scope(context, &world)?;
    let under = context
        .query
        .get("scopePath")
        .unwrap_or("$/")
        .trim_end_matches('/');
    let full = context
        .query
        .get("recursionLevel")
        .is_some_and(|level| level.eq_ignore_ascii_case("full"));
    let mut present: BTreeMap<&str, (i64, &Change, jiff::Timestamp)> = BTreeMap::new();
    for changeset in world
        .tfvc
        .changesets
        .iter()
        .filter(|changeset| context.covers(scope, changeset.project))
    {
        for change in &changeset.changes {
            if change.kind.contains("delete") {
                present.remove(change.path.as_str());
            } else {
                present.insert(&change.path, (changeset.id, change, changeset.created));
            }
        }
    }
    let below = |path: &str| {
        let rest = path.strip_prefix(under)?.strip_prefix('/')?;
        Some(rest.to_owned())
    };
    let is_wanted =
        |path: &str| path == under || below(path).is_some_and(|rest| full || !rest.contains('/'));
    // Folders that nobody added by themselves, such as the roots of projects, are there by what is in them.
    let folders: BTreeMap<String, i64> = present
        .iter()
        .filter_map(|(path, (version, ..))| {
            let rest = below(path)?;
            let (folder, _) = rest.split_once('/')?;
            Some((format!("{under}/{folder}"), *version))
        })
        .filter(|(folder, _)| !full && !present.contains_key(folder.as_str()))
        .collect();
    let folders = folders
        .into_iter()
        .map(|(path, version)| json!({ "version": version, "path": path, "isFolder": true }));
    let values: Vec<Value> = present
        .iter()
        .filter(|(path, _)| is_wanted(path))
        .map(|(path, (version, change, at))| {
            json!({ "version": version, "changeDate": date::sent(*at), "path": path, "isFolder": change.is_folder, "size": change.size })
        })
        .chain(folders)
        .collect();
    Ok(Answer::list(&values))
}
