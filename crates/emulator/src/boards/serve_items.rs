//! Single work items: what they are, what they were, what was said.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::item::{Item, LinkEvent, rev};
use crate::{
    answer::{Answer, Reply},
    context::{Context, get, post},
    date,
    paging::Slice,
    refusal::Refusal,
    routes::Routes,
    world::World,
};

/// The most work items that one request brings.
const MOST_ITEMS: usize = 200;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .either("/wit/workitems", get(list))
        .either("/wit/workitems/{id}", get(one))
        .either("/wit/workitems/{id}/revisions", get(revisions))
        .either("/wit/workitems/{id}/revisions/{rev}", get(one_revision))
        .either("/wit/workitems/{id}/updates", get(updates))
        .project("/wit/workitems/{id}/comments", get(comments))
        .either("/wit/workitemsbatch", post(batch))
        .project("/wit/recyclebin", get(recycle_bin))
}

fn missing(id: i64) -> Refusal {
    Refusal::missing(
        "Microsoft.TeamFoundation.WorkItemTracking.Server.WorkItemUnauthorizedAccessException",
        "Microsoft.TeamFoundation.WorkItemTracking.Server",
        &format!(
            "TF401232: Work item {id} does not exist, or you do not have permissions to read it."
        ),
    )
}

/// The item, if the caller may read it and it is in the project of the path, if that names one.
fn find<'w>(context: &Context, world: &'w World, id: i64) -> Result<&'w Item, Refusal> {
    let scope = context.project(world)?;
    world
        .boards
        .item(id)
        .filter(|item| !item.is_deleted() && context.covers(scope, item.current().project))
        .ok_or_else(|| missing(id))
}

fn asked<'w>(context: &Context, world: &'w World) -> Result<&'w Item, Refusal> {
    find(context, world, context.parameter_number("id")?)
}

/// A work item as it is at a revision.
fn reference(world: &World, item: &Item, rev: i64, expand: &str, only: &[String]) -> Value {
    let link = world.organization.link();
    let mut fields = world
        .boards
        .current_fields(&world.organization, item, rev)
        .unwrap_or_default();
    // A work item says these in other places, or not at all.
    for name in [
        "System.Id",
        "System.Rev",
        "System.RevisedDate",
        "System.AuthorizedAs",
        "System.AuthorizedDate",
    ] {
        if !only.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
            && !matches!(expand, "all" | "fields")
        {
            fields.remove(name);
        }
    }
    if !only.is_empty() {
        fields.retain(|name, _| only.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)));
    }
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("id", json!(item.id));
    put("rev", json!(rev));
    put("fields", Value::Object(fields));
    if matches!(expand, "all" | "relations") {
        let relations = relations(world, item, &link);
        if !relations.is_empty() {
            put("relations", Value::Array(relations));
        }
    }
    put(
        "url",
        json!(format!("{link}/_apis/wit/workItems/{}", item.id)),
    );
    Value::Object(members)
}

/// The links that stand now, each end seeing its own direction, and the changesets that name the item.
fn relations(world: &World, item: &Item, link: &str) -> Vec<Value> {
    let standing = |event: &&LinkEvent| {
        let same = |other: &LinkEvent| {
            (other.rel, other.source, other.target) == (event.rel, event.source, event.target)
        };
        event.is_active
            && !world
                .boards
                .links
                .iter()
                .any(|other| same(other) && other.place > event.place)
    };
    let end = |event: &LinkEvent| {
        let (other, direction) = if event.source == item.id {
            (event.target, "-Forward")
        } else {
            (event.source, "-Reverse")
        };
        let direction = if event.rel.ends_with("Related") {
            ""
        } else {
            direction
        };
        json!({
            "rel": format!("{}{direction}", event.rel),
            "url": format!("{link}/_apis/wit/workItems/{other}"),
            "attributes": { "isLocked": false },
        })
    };
    let of_item = world
        .boards
        .links
        .iter()
        .filter(|event| event.source == item.id || event.target == item.id);
    let mut relations: Vec<Value> = of_item.filter(standing).map(end).collect();
    relations.extend(world.tfvc.changesets_of(item.id).map(|changeset| {
        json!({
            "rel": "ArtifactLink",
            "url": format!("vstfs:///VersionControl/Changeset/{changeset}"),
            "attributes": { "name": "Fixed in Changeset" },
        })
    }));
    relations
}

fn expansion(context: &Context) -> String {
    context
        .query
        .get("$expand")
        .unwrap_or("none")
        .to_lowercase()
}

fn one(context: &Context) -> Reply {
    let world = context.world();
    let item = asked(context, &world)?;
    let only: Vec<String> = context
        .query
        .list("fields")
        .into_iter()
        .map(String::from)
        .collect();
    Ok(Answer::json(&reference(
        &world,
        item,
        item.rev(),
        &expansion(context),
        &only,
    )))
}

fn one_revision(context: &Context) -> Reply {
    let world = context.world();
    let item = asked(context, &world)?;
    let rev = context.parameter_number("rev")?;
    item.revision(rev).ok_or_else(|| missing(item.id))?;
    Ok(Answer::json(&reference(&world, item, rev, "all", &[])))
}

fn list(context: &Context) -> Reply {
    let ids: Result<Vec<i64>, _> = context
        .query
        .list("ids")
        .into_iter()
        .map(str::parse)
        .collect();
    let ids =
        ids.map_err(|_| Refusal::argument("ids", context.query.get("ids").unwrap_or_default()))?;
    let fields = context
        .query
        .list("fields")
        .into_iter()
        .map(String::from)
        .collect();
    let omit = context
        .query
        .get("errorPolicy")
        .is_some_and(|policy| policy.eq_ignore_ascii_case("omit"));
    answer_batch(
        context,
        &Batch {
            ids,
            fields,
            expand: expansion(context),
            error_policy: omit.then(|| String::from("omit")),
        },
    )
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    ids: Vec<i64>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(rename = "$expand", default)]
    expand: String,
    #[serde(default)]
    error_policy: Option<String>,
}

fn batch(context: &Context) -> Reply {
    answer_batch(context, &context.read_body()?)
}

/// With `omit` a forbidden item is null in its place, otherwise it fails all.
fn answer_batch(context: &Context, batch: &Batch) -> Reply {
    if batch.ids.len() > MOST_ITEMS {
        return Err(Refusal::invalid(
            "VS403474: You requested 201 or more work items. The maximum number is 200.",
        ));
    }
    let omit = batch
        .error_policy
        .as_deref()
        .is_some_and(|policy| policy.eq_ignore_ascii_case("omit"));
    let world = context.world();
    let mut values = Vec::with_capacity(batch.ids.len());
    for id in &batch.ids {
        match find(context, &world, *id) {
            Ok(item) => values.push(reference(
                &world,
                item,
                item.rev(),
                &batch.expand.to_lowercase(),
                &batch.fields,
            )),
            Err(_) if omit => values.push(Value::Null),
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Answer::list(&values))
}

fn revisions(context: &Context) -> Reply {
    let world = context.world();
    let item = asked(context, &world)?;
    let places: Vec<i64> = (0..item.revisions.len()).map(rev).collect();
    let page = Slice::asked(context, MOST_ITEMS, MOST_ITEMS)?;
    let values: Vec<Value> = page
        .of(&places)
        .iter()
        .map(|rev| reference(&world, item, *rev, "fields", &[]))
        .collect();
    Ok(Answer::list(&values))
}

/// What each revision changed: old and new values of the fields that differ.
fn updates(context: &Context) -> Reply {
    let world = context.world();
    let item = asked(context, &world)?;
    let link = world.organization.link();
    let mut before = Map::new();
    let mut values = Vec::new();
    for (place, revision) in item.revisions.iter().enumerate() {
        let number = rev(place);
        let after = world
            .boards
            .current_fields(&world.organization, item, number)
            .unwrap_or_default();
        let who = &world.organization.identities[revision.snapshot.changed_by];
        values.push(json!({
            "id": number,
            "workItemId": item.id,
            "rev": number,
            "revisedBy": who.reference(&link),
            "revisedDate": revision.snapshot.revised.map_or_else(|| String::from(date::OPEN), date::sent),
            "fields": differences(&before, &after),
            "url": format!("{link}/_apis/wit/workItems/{}/updates/{number}", item.id),
        }));
        before = after;
    }
    Ok(Answer::list(
        Slice::asked(context, MOST_ITEMS, MOST_ITEMS)?.of(&values),
    ))
}

fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Value {
    let mut changed = Map::new();
    for (name, new) in after {
        let update = match before.get(name) {
            Some(old) if old == new => continue,
            Some(old) => json!({ "oldValue": old, "newValue": new }),
            None => json!({ "newValue": new }),
        };
        changed.insert(name.clone(), update);
    }
    for (name, old) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        changed.insert(name.clone(), json!({ "oldValue": old }));
    }
    Value::Object(changed)
}

/// Newest first unless told otherwise.
fn comments(context: &Context) -> Reply {
    context.preview_only()?;
    let world = context.world();
    let item = asked(context, &world)?;
    let link = world.organization.link();
    let project = item.current().project;
    let said = item
        .revisions
        .iter()
        .enumerate()
        .filter(|(_, revision)| revision.snapshot.history.is_some());
    let mut values: Vec<Value> = said
        .map(|(place, revision)| comment(&world, item, project, place, revision, &link))
        .collect();
    if !context
        .query
        .get("order")
        .is_some_and(|order| order.eq_ignore_ascii_case("asc"))
    {
        values.reverse();
    }
    let total = values.len();
    let mut slice = Slice::asked(context, MOST_ITEMS, MOST_ITEMS)?;
    if let Some(token) = context.query.get("continuationToken") {
        slice.skip = token
            .parse()
            .map_err(|_| Refusal::argument("continuationToken", token))?;
    }
    let page = slice.of(&values);
    let mut body = json!({ "totalCount": total, "count": page.len(), "comments": page });
    if let Some(next) = slice.next(total) {
        body["continuationToken"] = json!(next.to_string());
    }
    Ok(Answer::json(&body))
}

fn comment(
    world: &World,
    item: &Item,
    project: Uuid,
    place: usize,
    revision: &super::item::Revision,
    link: &str,
) -> Value {
    let who = world.organization.identities[revision.snapshot.changed_by].reference(link);
    let at = date::sent(revision.snapshot.changed);
    // Comments count through the organization.
    let id = item.id * 1_000 + rev(place);
    json!({
        "workItemId": item.id,
        "id": id,
        "version": 1,
        "text": revision.snapshot.history.as_deref(),
        "createdBy": who,
        "createdDate": at,
        "modifiedBy": who,
        "modifiedDate": at,
        "isDeleted": false,
        "url": format!("{link}/{project}/_apis/wit/workItems/{}/comments/{id}", item.id),
    })
}

/// Ids are texts here.
fn recycle_bin(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?.id;
    let link = world.organization.link();
    let gone = world
        .boards
        .items
        .iter()
        .filter(|item| item.is_deleted() && item.current().project == project);
    let entry = |item: &Item| json!({ "id": item.id.to_string(), "url": format!("{link}/{project}/_apis/wit/recyclebin/{}", item.id) });
    let values: Vec<Value> = gone.map(entry).collect();
    Ok(Answer::list(&values))
}
