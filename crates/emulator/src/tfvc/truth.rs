//! The ground truth of this domain.

use serde_json::{Value, json};

use super::{
    Change, Changeset,
    serve::{changeset_url, failure},
    serve_branches::{branch_url, label_url, parent_path},
};
use crate::{date, organization::User, truth::Rows, world::World};

pub(super) const CHANGESETS: &str = "changesets";
pub(super) const DETAILS: &str = "changeset_details";
const BRANCHES: &str = "tfvc_branches";
pub(super) const LABELS: &str = "tfvc_labels";

/// The entities of this domain.
pub const ENTITIES: &[&str] = &[CHANGESETS, DETAILS, BRANCHES, LABELS];

/// Tells the rows of an entity.
pub fn truth(world: &World, reader: &User, entity: &str, rows: Rows<'_>) -> bool {
    let link = world.organization.link();
    let tfvc = &world.tfvc;
    let changesets = tfvc
        .changesets
        .iter()
        .filter(|changeset| reader.reads(changeset.project));
    match entity {
        CHANGESETS => changesets.for_each(|changeset| rows(changeset_row(world, &link, changeset))),
        DETAILS => changesets.for_each(|changeset| rows(detail_row(changeset))),
        BRANCHES => {
            for branch in tfvc
                .branches
                .iter()
                .filter(|branch| reader.reads(branch.project))
            {
                rows(json!({
                    "path": branch.path,
                    "project_id": branch.project,
                    "parent_path": parent_path(world, branch),
                    "owner": world.organization.identities[branch.owner].stored(),
                    "created_date": date::stored(branch.created),
                    "description": branch.description,
                    "is_deleted": branch.is_deleted,
                    "related_branches": branch.related,
                    "mappings": null,
                    "url": branch_url(&link, branch),
                    "extra": null,
                }));
            }
        }
        LABELS => {
            for label in tfvc
                .labels
                .iter()
                .filter(|label| reader.reads(label.project))
            {
                rows(json!({
                    "id": label.id,
                    "project_id": label.project,
                    "name": label.name,
                    "label_scope": label.scope,
                    "description": label.description,
                    "owner": world.organization.identities[label.owner].stored(),
                    "modified_date": date::stored(label.modified),
                    "url": label_url(&link, label),
                    "extra": null,
                }));
            }
        }
        _ => return false,
    }
    true
}

fn changeset_row(world: &World, link: &str, changeset: &Changeset) -> Value {
    json!({
        "changeset_id": changeset.id,
        "author": world.organization.identities[changeset.author].stored(),
        "checked_in_by": world.organization.identities[changeset.checked_in_by].stored(),
        "created_date": date::stored(changeset.created),
        "comment": changeset.comment,
        "comment_truncated": false,
        "url": changeset_url(link, changeset.id),
        "extra": null,
    })
}

fn detail_row(changeset: &Changeset) -> Value {
    let item = |item: &super::TiedItem| json!({ "id": item.id, "title": item.title, "state": item.state, "work_item_type": item.kind, "assigned_to": item.assigned_to });
    let note = |(name, value): &(&str, String)| json!({ "name": name, "value": value });
    let (comment, failures) =
        changeset
            .overridden
            .as_ref()
            .map_or((None, None), |(comment, failures)| {
                let failures: Vec<Value> =
                    failures.iter().map(|message| failure(message)).collect();
                (Some(comment), Some(failures))
            });
    json!({
        "changeset_id": changeset.id,
        "team_project_ids": [changeset.project],
        "changes": changeset.changes.iter().map(|change| change_row(changeset.id, change)).collect::<Vec<_>>(),
        "work_items": changeset.work_items.iter().map(item).collect::<Vec<_>>(),
        "checkin_notes": changeset.notes.iter().map(note).collect::<Vec<_>>(),
        "policy_override_comment": comment,
        "policy_failures": failures,
    })
}

/// What the item carries beside, such as its address, is not told.
fn change_row(version: i64, change: &Change) -> Value {
    json!({
        "path": change.path,
        "change_type": change.kind,
        "version": version,
        "is_folder": change.is_folder,
        "size": change.size,
        "hash_value": change.hash,
        "deletion_id": change.deletion,
        "source_server_item": change.source,
        "merge_sources": change.merge_sources(),
    })
}
