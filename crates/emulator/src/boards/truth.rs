//! The ground truth of this domain.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    BoardsWorld,
    classification::Node,
    item::{Item, Revision, rev},
    process::{CATEGORIES, FIELDS, IDENTITY_FIELDS, KINDS, Kind, kind},
    serve_feeds::is_visible,
    serve_metadata::{
        DELETED_FIELD, PICKLIST, PICKLIST_DESCRIPTION, category_url, field_url,
        supported_operations,
    },
};
use crate::{
    change::Changed,
    date,
    organization::{Identity, Project, User},
    truth::Rows,
    world::World,
};

const FIELD_ENTITY: &str = "fields";
const TYPES: &str = "work_item_types";
const TYPE_CATEGORIES: &str = "work_item_type_categories";
const NODES: &str = "classification_nodes";
pub(super) const REVISIONS: &str = "work_item_revisions";
const ITEMS: &str = "work_items";
pub(super) const LINKS: &str = "work_item_links";

/// The entities of this domain; `work_items` has the newest revision of each.
pub const ENTITIES: &[&str] = &[
    FIELD_ENTITY,
    TYPES,
    TYPE_CATEGORIES,
    NODES,
    REVISIONS,
    ITEMS,
    LINKS,
];

/// Tells the rows of an entity.
pub fn truth(world: &World, reader: &User, entity: &str, rows: Rows<'_>) -> bool {
    let link = world.organization.link();
    let projects = || {
        world
            .organization
            .well_formed()
            .filter(|project| reader.enters(project.id))
    };
    match entity {
        FIELD_ENTITY => FIELDS.iter().for_each(|entry| rows(field(&link, entry))),
        TYPES => {
            for project in projects() {
                for kind in KINDS {
                    rows(work_item_type(&link, project, kind));
                }
            }
        }
        TYPE_CATEGORIES => {
            for project in projects() {
                for entry in CATEGORIES {
                    rows(category(&link, project, entry));
                }
            }
        }
        NODES => {
            for project in projects() {
                for (place, node) in world.boards.nodes.of(project.id) {
                    rows(classification_node(&world.boards, place, node));
                }
            }
        }
        REVISIONS => {
            for item in &world.boards.items {
                for (place, revision) in item.revisions.iter().enumerate() {
                    if reader.reads(revision.snapshot.project) {
                        rows(revision_row(world, item, place, revision));
                    }
                }
            }
        }
        ITEMS => {
            for item in world
                .boards
                .items
                .iter()
                .filter(|item| reader.reads(item.current().project))
            {
                let place = item.revisions.len() - 1;
                rows(revision_row(world, item, place, &item.revisions[place]));
            }
        }
        LINKS => links(world, reader, rows),
        _ => return false,
    }
    true
}

/// The rows that come with a new project.
pub(super) fn rows_of_project(boards: &BoardsWorld, project: &Project) -> Vec<Changed> {
    let types = KINDS.iter().map(|kind| {
        Changed::created(
            TYPES,
            json!({ "project_id": project.id, "reference_name": kind.reference }),
        )
    });
    let categories = CATEGORIES.iter().map(|(reference, ..)| {
        Changed::created(
            TYPE_CATEGORIES,
            json!({ "project_id": project.id, "reference_name": reference }),
        )
    });
    let nodes = boards
        .nodes
        .of(project.id)
        .map(|(_, node)| Changed::created(NODES, json!({ "id": node.id })));
    types.chain(categories).chain(nodes).collect()
}

fn field(link: &str, (reference, name, kind, read_only): &(&str, &str, &str, bool)) -> Value {
    let is_picklist = *reference == "Custom.CustomerName";
    json!({
        "reference_name": reference,
        "name": name,
        "type": kind,
        "usage": "workItem",
        "description": is_picklist.then_some(PICKLIST_DESCRIPTION),
        "read_only": read_only,
        "can_sort_by": *kind != "html",
        "is_queryable": true,
        "is_identity": IDENTITY_FIELDS.contains(reference),
        "is_picklist": is_picklist,
        "is_picklist_suggested": false,
        "picklist_id": is_picklist.then_some(PICKLIST),
        "is_locked": false,
        "is_deleted": *reference == DELETED_FIELD,
        "url": field_url(link, reference),
        "extra": { "supportedOperations": supported_operations(kind) },
    })
}

fn work_item_type(link: &str, project: &Project, kind: &Kind) -> Value {
    let state = |(name, category, color): &(&str, &str, &str)| json!({ "name": name, "category": category, "color": color });
    json!({
        "project_id": project.id,
        "reference_name": kind.reference,
        "name": kind.name,
        "description": kind.description,
        "color": kind.color,
        "icon_id": kind.icon,
        "is_disabled": kind.disabled,
        "states": kind.states.iter().map(state).collect::<Vec<_>>(),
        "transitions": kind.transitions(),
        "field_instances": super::serve_metadata::field_instances(link, kind),
        "url": kind.url(link, project.id),
    })
}

fn category(
    link: &str,
    project: &Project,
    (reference, name, default): &(&str, &str, Option<&str>),
) -> Value {
    let kinds = KINDS.iter().filter(|kind| kind.category == *reference);
    json!({
        "project_id": project.id,
        "reference_name": reference,
        "name": name,
        "default_work_item_type_name": default.and_then(kind).map(|kind| kind.name),
        "work_item_type_names": kinds.map(|kind| kind.name).collect::<Vec<_>>(),
        "url": category_url(link, project.id, reference),
    })
}

fn classification_node(boards: &BoardsWorld, place: usize, node: &Node) -> Value {
    let attributes = node.attributes();
    let dated = attributes.is_some();
    json!({
        "id": node.id,
        "project_id": node.project,
        "identifier": node.identifier,
        "structure_type": node.structure.word(),
        "name": node.name,
        "path": node.path,
        "parent_id": node.parent.map(|parent| boards.nodes.at(parent).id),
        "has_children": boards.nodes.has_children(place),
        "start_date": node.start.filter(|_| dated).map(date::stored),
        "finish_date": node.finish.filter(|_| dated).map(date::stored),
        "attributes": attributes,
        "url": node.url,
    })
}

/// Somebody as the reporting feed names them: for some only the id and the combined name.
fn person(world: &World, place: usize) -> Value {
    let identity: &Identity = &world.organization.identities[place];
    let mut stored = identity.stored();
    if place % 5 == 4 {
        // Served as `Name <mail>` in one member, which a reader takes apart; a name alone stays both.
        if !identity.combined().ends_with('>') {
            stored["unique_name"] = json!(identity.combined());
        }
        stored["descriptor"] = Value::Null;
        stored["is_container"] = json!(false);
    }
    stored
}

fn revision_row(world: &World, item: &Item, place: usize, revision: &Revision) -> Value {
    let boards = &world.boards;
    let snapshot = &revision.snapshot;
    let (area, iteration) = (
        boards.nodes.at(snapshot.area),
        boards.nodes.at(snapshot.iteration),
    );
    let fields = boards.fields(
        &world.organization,
        item.id,
        rev(place),
        revision.watermark,
        snapshot,
        BoardsWorld::kept_shape(),
    );
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let written = |date: &Option<String>| date.as_deref().and_then(date::stored_text);
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| drop(row.insert(String::from(name), value));
    put("id", json!(item.id));
    put("rev", json!(rev(place)));
    put("project_id", json!(snapshot.project));
    put("team_project", json!(&*snapshot.team_project));
    put("work_item_type", json!(snapshot.kind.name));
    put("title", json!(&*snapshot.title));
    put("state", json!(snapshot.state));
    put("reason", json!(snapshot.reason));
    put("area_id", json!(area.id));
    put("area_path", json!(area.item_path));
    put("iteration_id", json!(iteration.id));
    put("iteration_path", json!(iteration.item_path));
    put(
        "assigned_to",
        snapshot
            .assigned_to
            .map_or(Value::Null, |place| person(world, place)),
    );
    put("created_by", person(world, snapshot.created_by));
    put("created_date", json!(date::stored(snapshot.created)));
    put("changed_by", person(world, snapshot.changed_by));
    put("changed_date", json!(date::stored(snapshot.changed)));
    put("revised_date", json!(snapshot.revised.map(date::stored)));
    put(
        "state_change_date",
        json!(date::stored(snapshot.state_changed)),
    );
    put("activated_date", json!(written(&snapshot.activated)));
    put("resolved_date", json!(written(&snapshot.resolved)));
    put("closed_date", json!(written(&snapshot.closed)));
    put("due_date", json!(written(&snapshot.due)));
    put("priority", json!(snapshot.priority));
    put("severity", json!(snapshot.severity));
    put("story_points", json!(snapshot.story_points));
    put("effort", json!(snapshot.effort));
    put("size", json!(snapshot.size));
    put("original_estimate", json!(snapshot.original_estimate));
    put("remaining_work", json!(snapshot.remaining_work));
    put("completed_work", json!(snapshot.completed_work));
    put("parent_id", json!(snapshot.parent));
    put("tags", json!(boards.tags_as_text(snapshot)));
    put("board_column", text("System.BoardColumn"));
    put("board_column_done", text("System.BoardColumnDone"));
    put("board_lane", text("System.BoardLane"));
    put("comment_count", json!(snapshot.comment_count));
    put("watermark", json!(revision.watermark));
    put("is_deleted", json!(snapshot.is_deleted));
    put("fields", Value::Object(fields));
    Value::Object(row)
}

/// Of each link the last that was heard.
fn links(world: &World, reader: &User, rows: Rows<'_>) {
    let mut last = BTreeMap::new();
    for event in world
        .boards
        .links
        .iter()
        .filter(|event| is_visible(event, |project| reader.reads(project)))
    {
        last.insert((event.source, event.target, event.rel), event);
    }
    for event in last.into_values() {
        rows(json!({
            "source_id": event.source,
            "target_id": event.target,
            "rel": event.rel,
            "is_active": event.is_active,
            "changed_date": date::stored(event.changed),
            "changed_by": world.organization.identities[event.changed_by].stored(),
            "changed_operation": event.operation(),
            "comment": event.comment,
            "source_project_id": event.source_project,
            "target_project_id": event.target_project,
            "extra": null,
        }));
    }
}
