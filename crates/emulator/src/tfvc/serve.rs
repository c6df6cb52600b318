//! Changesets.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Change, Changeset, TiedItem, serve_branches};
use crate::{
    answer::{Answer, Reply},
    context::{Context, get, post},
    date,
    organization::{Project, Role},
    paging::Slice,
    refusal::Refusal,
    routes::Routes,
    world::World,
};

/// What the server gives at most, whatever is asked for.
const MOST_CHANGESETS: usize = 250;
const MOST_CHANGES: usize = 200;
/// A changeset carries so many of its changes itself.
const CARRIED_CHANGES: usize = 100;
/// Lists cut comments here unless told otherwise.
const COMMENT_LENGTH: usize = 80;

/// This domain's endpoints.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .either("/tfvc/changesets", get(list))
        .either("/tfvc/changesets/{id}", get(one))
        .organization("/tfvc/changesets/{id}/changes", get(changes))
        .organization("/tfvc/changesets/{id}/workitems", get(work_items))
        .organization("/tfvc/changesetsbatch", post(batch))
        .organization("/tfvc/shelvesets", get(|_| Ok(Answer::list(&[]))));
    serve_branches::routes(routes)
}

/// The project of the path; one that has neither contents nor TFVC says so.
pub(super) fn scope<'w>(
    context: &Context,
    world: &'w World,
) -> Result<Option<&'w Project>, Refusal> {
    let project = context.project(world)?;
    if project.is_some_and(|project| project.role == Role::Empty) {
        return Err(missing(
            "TF14043: No team project with TFVC exists here.",
            "ItemNotFoundException",
        ));
    }
    Ok(project)
}

pub(super) fn missing(message: &str, kind: &str) -> Refusal {
    let name = format!("Microsoft.TeamFoundation.VersionControl.Server.{kind}");
    Refusal::missing(
        &name,
        "Microsoft.TeamFoundation.VersionControl.Server",
        message,
    )
}

fn find<'w>(context: &Context, world: &'w World) -> Result<&'w Changeset, Refusal> {
    let scope = scope(context, world)?;
    let id = context.parameter_number("id")?;
    world
        .tfvc
        .changeset(id)
        .filter(|changeset| context.covers(scope, changeset.project))
        .ok_or_else(|| {
            missing(
                &format!("TF14045: Changeset {id} does not exist."),
                "ChangesetNotFoundException",
            )
        })
}

fn list(context: &Context) -> Reply {
    let world = context.world();
    let scope = scope(context, &world)?.map(|project| project.id);
    let filter = Filter::asked(context, &world)?;
    let mut found: Vec<&Changeset> = world
        .tfvc
        .changesets
        .iter()
        .filter(|changeset| filter.takes(context, scope, changeset))
        .collect();
    if !context
        .query
        .get("$orderby")
        .is_some_and(|order| order.to_lowercase().ends_with("asc"))
    {
        found.reverse();
    }
    let length = context
        .query
        .number("maxCommentLength")?
        .and_then(|length| usize::try_from(length).ok());
    let page = Slice::asked(context, 100, MOST_CHANGESETS)?;
    let values: Vec<Value> = page
        .of(&found)
        .iter()
        .map(|changeset| {
            Value::Object(reference(
                &world,
                changeset,
                length.unwrap_or(COMMENT_LENGTH),
            ))
        })
        .collect();
    Ok(Answer::list(&values))
}

/// The search criteria.
struct Filter {
    from_id: Option<i64>,
    to_id: Option<i64>,
    from: Option<jiff::Timestamp>,
    to: Option<jiff::Timestamp>,
    path: Option<String>,
    author: Option<Vec<usize>>,
}

impl Filter {
    fn asked(context: &Context, world: &World) -> Result<Self, Refusal> {
        let query = &context.query;
        let author = query.criterion("author").map(|asked| {
            let is = |identity: &crate::organization::Identity| {
                identity.display_name == asked
                    || identity.unique_name.eq_ignore_ascii_case(asked)
                    || identity.id.to_string() == asked
            };
            let places = world
                .organization
                .identities
                .iter()
                .enumerate()
                .filter(|(_, identity)| is(identity));
            places.map(|(place, _)| place).collect()
        });
        Ok(Self {
            from_id: query.criterion_number("fromId")?,
            to_id: query.criterion_number("toId")?,
            from: query.criterion_time("fromDate")?,
            to: query.criterion_time("toDate")?,
            path: query
                .criterion("itemPath")
                .map(|path| String::from(path.trim_end_matches('/'))),
            author,
        })
    }

    fn takes(&self, context: &Context, scope: Option<Uuid>, changeset: &Changeset) -> bool {
        let under = |path: &str, change: &Change| {
            change.path == path
                || change
                    .path
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        scope.is_none_or(|scope| scope == changeset.project)
            && context.caller.reads(changeset.project)
            && self.from_id.is_none_or(|first| changeset.id >= first)
            && self.to_id.is_none_or(|last| changeset.id <= last)
            && self.from.is_none_or(|first| changeset.created >= first)
            && self.to.is_none_or(|last| changeset.created <= last)
            && self
                .author
                .as_ref()
                .is_none_or(|places| places.contains(&changeset.author))
            && self.path.as_ref().is_none_or(|path| {
                path == "$" || changeset.changes.iter().any(|change| under(path, change))
            })
    }
}

pub(super) fn changeset_url(link: &str, id: i64) -> String {
    format!("{link}/_apis/tfvc/changesets/{id}")
}

/// The changeset as lists have it, its comment cut to a length in characters.
fn reference(world: &World, changeset: &Changeset, length: usize) -> Map<String, Value> {
    let link = world.organization.link();
    let who = |place: usize| world.organization.identities[place].reference(&link);
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("changesetId", json!(changeset.id));
    put("url", json!(changeset_url(&link, changeset.id)));
    put("author", who(changeset.author));
    put("checkedInBy", who(changeset.checked_in_by));
    put("createdDate", json!(date::sent(changeset.created)));
    if let Some(comment) = &changeset.comment {
        let cut: String = comment.chars().take(length).collect();
        if cut.len() < comment.len() {
            put("commentTruncated", json!(true));
        }
        put("comment", json!(cut));
    }
    members
}

fn one(context: &Context) -> Reply {
    let world = context.world();
    let changeset = find(context, &world)?;
    let length = context
        .query
        .number("maxCommentLength")?
        .and_then(|length| usize::try_from(length).ok());
    let mut members = reference(&world, changeset, length.unwrap_or(usize::MAX));
    let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
    put("teamProjectIds", json!([changeset.project]));
    if context.query.flag("includeDetails") {
        let notes = changeset
            .notes
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }));
        put("checkinNotes", notes.collect());
        let (comment, failures) = changeset.overridden.clone().unwrap_or_default();
        let mut overridden = json!({ "policyFailures": failures.iter().map(|message| failure(message)).collect::<Vec<_>>() });
        if !comment.is_empty() {
            overridden["comment"] = json!(comment);
        }
        put("policyOverride", overridden);
    }
    if context.query.flag("includeWorkItems") {
        put(
            "workItems",
            changeset
                .work_items
                .iter()
                .map(|item| tied(&world, item))
                .collect(),
        );
    }
    let most = context
        .query
        .number("maxChangeCount")?
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(0);
    if most > 0 {
        let carried = &changeset.changes[..changeset.changes.len().min(most).min(CARRIED_CHANGES)];
        put(
            "changes",
            carried
                .iter()
                .map(|change| change_reference(&world, changeset, change))
                .collect(),
        );
        put(
            "hasMoreChanges",
            json!(carried.len() < changeset.changes.len()),
        );
    }
    Ok(Answer::json(&members))
}

/// A failed policy.
pub(super) fn failure(message: &str) -> Value {
    json!({ "policyName": "Builds", "message": message })
}

fn tied(world: &World, item: &TiedItem) -> Value {
    let mut members = json!({
        "webUrl": format!("{}/web/wi.aspx?id={}", world.organization.link(), item.id),
        "id": item.id,
        "title": item.title,
        "workItemType": item.kind,
        "state": item.state,
    });
    if let Some(assigned_to) = &item.assigned_to {
        members["assignedTo"] = json!(assigned_to);
    }
    members
}

fn change_reference(world: &World, changeset: &Changeset, change: &Change) -> Value {
    let link = world.organization.link();
    let mut item = Map::new();
    let mut put = |name: &str, value: Value| drop(item.insert(String::from(name), value));
    put("version", json!(changeset.id));
    put("path", json!(change.path));
    put(
        "url",
        json!(format!(
            "{link}/_apis/tfvc/items/{}?versionType=Changeset&version={}",
            change.path, changeset.id
        )),
    );
    if let Some(size) = change.size {
        put("size", json!(size));
    }
    if let Some(hash) = &change.hash {
        put("hashValue", json!(hash));
    }
    if change.is_folder {
        put("isFolder", json!(true));
    }
    if let Some(deletion) = change.deletion {
        put("deletionId", json!(deletion));
    }
    let mut members = json!({ "item": item, "changeType": change.kind });
    if let Some(source) = &change.source {
        members["sourceServerItem"] = json!(source);
    }
    if let Some(sources) = change.merge_sources() {
        members["mergeSources"] = sources;
    }
    members
}

fn changes(context: &Context) -> Reply {
    let world = context.world();
    let changeset = find(context, &world)?;
    let mut slice = Slice::asked(context, 100, MOST_CHANGES)?;
    if let Some(token) = context.query.get("continuationToken") {
        slice.skip = token
            .parse()
            .map_err(|_| Refusal::argument("continuationToken", token))?;
    }
    let values: Vec<Value> = slice
        .of(&changeset.changes)
        .iter()
        .map(|change| change_reference(&world, changeset, change))
        .collect();
    Ok(Answer::list(&values).continued(
        slice
            .next(changeset.changes.len())
            .map(|next| next.to_string()),
    ))
}

fn work_items(context: &Context) -> Reply {
    let world = context.world();
    let values: Vec<Value> = find(context, &world)?
        .work_items
        .iter()
        .map(|item| tied(&world, item))
        .collect();
    Ok(Answer::list(&values))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    changeset_ids: Vec<i64>,
    comment_length: Option<usize>,
}

fn batch(context: &Context) -> Reply {
    let asked: Batch = context.read_body()?;
    let world = context.world();
    let found = asked
        .changeset_ids
        .iter()
        .filter_map(|id| world.tfvc.changeset(*id));
    let readable = found.filter(|changeset| context.caller.reads(changeset.project));
    let length = asked.comment_length.unwrap_or(COMMENT_LENGTH);
    let values: Vec<Value> = readable
        .map(|changeset| Value::Object(reference(&world, changeset, length)))
        .collect();
    Ok(Answer::list(&values))
}
