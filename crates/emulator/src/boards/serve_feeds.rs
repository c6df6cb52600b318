//! The reporting feeds: revisions in the order in which they came into the store, and links.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    BoardsWorld,
    item::{Item, LinkEvent, rev},
    render::{People, REPORT, Shape},
};
use crate::{
    answer::{Answer, Reply, join},
    context::{Context, get, post},
    date, json,
    query::Query,
    refusal::Refusal,
    routes::Routes,
    world::World,
};

/// What the server gives at most, whatever is asked for.
const MOST_REVISIONS: usize = 200;
const MOST_LINKS: usize = 200;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .either(
            "/wit/reporting/workitemrevisions",
            get(revisions).merge(post(revisions_by_post)),
        )
        .either(
            "/wit/reporting/workitemrevisions/discussions",
            get(discussions),
        )
        .either("/wit/reporting/workitemlinks", get(links))
}

/// What of the revisions is wanted, wherever it was said.
#[expect(clippy::struct_excessive_bools, reason = "the service's body has them")]
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Wanted {
    fields: Vec<String>,
    types: Vec<String>,
    include_identity_ref: bool,
    include_deleted: bool,
    include_tag_ref: bool,
    include_latest_only: bool,
    #[serde(skip)]
    discussions_only: bool,
}

fn revisions(context: &Context) -> Reply {
    let query = &context.query;
    let owned = |name: &str| query.list(name).into_iter().map(String::from).collect();
    let wanted = Wanted {
        fields: owned("fields"),
        types: owned("types"),
        include_identity_ref: query.flag("includeIdentityRef"),
        include_deleted: query.flag("includeDeleted"),
        include_tag_ref: query.flag("includeTagRef"),
        include_latest_only: query.flag("includeLatestOnly"),
        discussions_only: query.flag("includeDiscussionChangesOnly"),
    };
    page_of_revisions(context, &wanted, false)
}

fn revisions_by_post(context: &Context) -> Reply {
    page_of_revisions(context, &context.read_body()?, true)
}

fn discussions(context: &Context) -> Reply {
    page_of_revisions(
        context,
        &Wanted {
            discussions_only: true,
            ..Wanted::default()
        },
        false,
    )
}

/// Where a request goes on: after a place in the store's order.
fn start_of(context: &Context, world: &World) -> Result<usize, Refusal> {
    let token = context.query.get("continuationToken");
    let since = context.query.time("startDateTime")?;
    let stream = &world.boards.stream;
    match (token, since) {
        (Some(_), Some(_)) => Err(Refusal::invalid(
            "startDateTime cannot be used in conjunction with continuationToken.",
        )),
        (None, None) => Ok(0),
        (None, Some(since)) => {
            let changed = |(_, item, place): &(i64, usize, usize)| {
                world.boards.items[*item].revisions[*place].snapshot.changed
            };
            Ok(stream
                .iter()
                .position(|entry| changed(entry) >= since)
                .unwrap_or(stream.len()))
        }
        (Some(token), None) => {
            let watermark: i64 = token
                .split(';')
                .next()
                .and_then(|first| first.parse().ok())
                .ok_or_else(|| Refusal::argument("continuationToken", token))?;
            Ok(stream.partition_point(|(own, _, _)| *own <= watermark))
        }
    }
}

fn page_of_revisions(context: &Context, wanted: &Wanted, by_post: bool) -> Reply {
    let expanded = context
        .query
        .get("$expand")
        .is_some_and(|value| value.eq_ignore_ascii_case("fields"));
    if expanded && !wanted.fields.is_empty() {
        return Err(Refusal::invalid(
            "The fields parameter cannot be used with the expand parameter.",
        ));
    }
    let world = context.world();
    let scope = context.project(&world)?.map(|project| project.id);
    let asked = context
        .query
        .number("$maxPageSize")?
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(MOST_REVISIONS);
    let size = asked.clamp(1, MOST_REVISIONS);
    let boards = &world.boards;
    let first = start_of(context, &world)?;
    let mut rest = boards.stream[first..]
        .iter()
        .filter(|(_, item, place)| wanted.takes(context, scope, &boards.items[*item], *place));
    let page: Vec<&(i64, usize, usize)> = rest.by_ref().take(size).collect();
    let is_last = rest.next().is_none();
    let texts: Vec<String> = page
        .iter()
        .map(|(_, item, place)| wanted.row(&world, *item, *place, expanded))
        .collect();
    let (joined, _) = join(texts.iter().map(String::as_str));
    // An answer without rows repeats the place that was asked for.
    let token = page.last().map_or_else(
        || {
            context
                .query
                .get("continuationToken")
                .map_or_else(|| String::from("0;0;0"), String::from)
        },
        |(watermark, item, place)| {
            format!("{watermark};{};{}", boards.items[*item].id, rev(*place))
        },
    );
    // The body's token is optional: the documented answers to POST lack it, and so do some of the others.
    let with_token = !by_post && !token.len().is_multiple_of(3);
    let link = json::kept(&json!(next_link(context, &token)));
    let in_body = if with_token {
        format!(",\"continuationToken\":{}", json::kept(&json!(token)))
    } else {
        String::new()
    };
    Ok(Answer::text(format!(
        "{{\"values\":[{joined}],\"nextLink\":{link}{in_body},\"isLastBatch\":{is_last}}}"
    )))
}

impl Wanted {
    fn takes(&self, context: &Context, scope: Option<Uuid>, item: &Item, place: usize) -> bool {
        let revision = &item.revisions[place];
        // A project's own stream loses what has moved away.
        let in_scope = scope.is_none_or(|scope| item.current().project == scope);
        let kind = revision.snapshot.kind;
        in_scope
            && context.caller.reads(revision.snapshot.project)
            && (self.include_deleted || !item.is_deleted())
            && (self.types.is_empty()
                || self
                    .types
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(kind.name)))
            && (!self.include_latest_only || place + 1 == item.revisions.len())
            && (!self.discussions_only || revision.snapshot.history.is_some())
    }

    fn row(&self, world: &World, item: usize, place: usize, expanded: bool) -> String {
        let item = &world.boards.items[item];
        let revision = &item.revisions[place];
        let everything = expanded && self.include_identity_ref && self.include_tag_ref;
        if everything && self.fields.is_empty() {
            return revision.text.clone();
        }
        let shape = Shape {
            long: expanded,
            people: if self.include_identity_ref {
                People::Short
            } else {
                People::Text
            },
            tag_references: self.include_tag_ref,
        };
        let asked = if self.fields.is_empty() {
            shape
        } else {
            Shape {
                long: true,
                ..shape
            }
        };
        let mut fields = world.boards.fields(
            &world.organization,
            item.id,
            rev(place),
            revision.watermark,
            &revision.snapshot,
            asked,
        );
        if !self.fields.is_empty() {
            fields.retain(|name, _| {
                self.fields
                    .iter()
                    .any(|wanted| wanted.eq_ignore_ascii_case(name))
            });
        }
        json::kept(&json!({ "id": item.id, "rev": rev(place), "fields": fields }))
    }
}

/// The same request with another token: this link is meant to be followed.
fn next_link(context: &Context, token: &str) -> String {
    let (path, query) = context
        .target
        .split_once('?')
        .unwrap_or((context.target.as_str(), ""));
    let path = path.rsplit_once("://").map_or(path, |(_, rest)| {
        rest.find('/').map_or("", |start| &rest[start..])
    });
    let others = query.split('&').filter(|part| {
        let name = Query::parse(part);
        !part.is_empty()
            && name.get("continuationToken").is_none()
            && name.get("startDateTime").is_none()
    });
    let mut parts = vec![format!("continuationToken={token}")];
    parts.extend(others.map(String::from));
    format!("{}{path}?{}", context.origin, parts.join("&"))
}

fn links(context: &Context) -> Reply {
    let world = context.world();
    let scope = context.project(&world)?.map(|project| project.id);
    let since = context.query.time("startDateTime")?;
    let token = context.query.number("continuationToken")?;
    if since.is_some() && token.is_some() {
        return Err(Refusal::invalid(
            "startDateTime cannot be used in conjunction with continuationToken.",
        ));
    }
    let rels = context.query.list("linkTypes");
    let types = context.query.list("types");
    let size = context
        .query
        .number("$maxPageSize")?
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(MOST_LINKS);
    let of_type = |id: i64| {
        let kind = world.boards.summary(id).map(|(_, _, kind, _)| kind);
        types.is_empty()
            || kind.is_some_and(|kind| types.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind)))
    };
    let mut rest = world.boards.links.iter().filter(|event| {
        token.is_none_or(|token| event.place > token)
            && since.is_none_or(|since| event.changed >= since)
            && scope.is_none_or(|scope| event.source_project == scope)
            && is_visible(event, |project| context.caller.reads(project))
            && (rels.is_empty() || rels.iter().any(|rel| rel.eq_ignore_ascii_case(event.rel)))
            && of_type(event.source)
    });
    let page: Vec<&LinkEvent> = rest.by_ref().take(size.clamp(1, MOST_LINKS)).collect();
    let is_last = rest.next().is_none();
    let token = page
        .last()
        .map_or_else(|| token.unwrap_or(0), |event| event.place)
        .to_string();
    let values: Vec<Value> = page.iter().map(|event| link_row(&world, event)).collect();
    let mut body = Map::new();
    body.insert(String::from("values"), Value::Array(values));
    body.insert(String::from("nextLink"), json!(next_link(context, &token)));
    body.insert(String::from("isLastBatch"), json!(is_last));
    Ok(Answer::json(&body))
}

/// Both ends must be in sight.
pub(super) fn is_visible(event: &LinkEvent, reads: impl Fn(Uuid) -> bool) -> bool {
    reads(event.source_project) && reads(event.target_project)
}

fn link_row(world: &World, event: &LinkEvent) -> Value {
    let organization = &world.organization;
    let mut row = json!({
        "rel": event.rel,
        "sourceId": event.source,
        "targetId": event.target,
        "changedDate": date::sent(event.changed),
        "changedBy": organization.identities[event.changed_by].reference(&organization.link()),
        "isActive": event.is_active,
        "changedOperation": event.operation(),
        "sourceProjectId": event.source_project,
        "targetProjectId": event.target_project,
    });
    if let Some(comment) = &event.comment {
        row["comment"] = json!(comment);
    }
    row
}

impl LinkEvent {
    /// The service's word for what happened.
    pub(super) fn operation(&self) -> &'static str {
        if self.is_active { "create" } else { "remove" }
    }
}

impl BoardsWorld {
    /// The shape that is kept ready, as the ground truth has it.
    pub(super) fn kept_shape() -> Shape {
        REPORT
    }
}
