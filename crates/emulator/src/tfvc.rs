//! Team Foundation version control: changesets, branches, labels.

mod change;
mod make;
mod serve;
mod serve_branches;
mod truth;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::random::Random;

pub use self::{
    change::{change, random_change},
    serve::routes,
    truth::{ENTITIES, truth},
};

/// This domain's part of the world.
#[derive(Debug)]
pub struct TfvcWorld {
    /// By id: one sequence for the organization, which is dense over all projects.
    changesets: Vec<Changeset>,
    branches: Vec<Branch>,
    labels: Vec<Label>,
    random: Random,
}

/// A changeset.
#[derive(Clone, Debug)]
struct Changeset {
    id: i64,
    project: Uuid,
    author: usize,
    checked_in_by: usize,
    created: Timestamp,
    comment: Option<String>,
    changes: Vec<Change>,
    work_items: Vec<TiedItem>,
    notes: Vec<(&'static str, String)>,
    /// Why policies were overridden, and which had failed.
    overridden: Option<(String, Vec<&'static str>)>,
}

/// A changed item.
#[derive(Clone, Debug)]
struct Change {
    path: String,
    /// Flags, comma-separated.
    kind: &'static str,
    is_folder: bool,
    size: Option<i64>,
    hash: Option<String>,
    deletion: Option<i64>,
    source: Option<String>,
    /// Server item, first and last version.
    merged_from: Option<(String, i64, i64)>,
}

/// A work item as it was when the changeset was tied to it.
#[derive(Clone, Debug)]
struct TiedItem {
    id: i64,
    title: String,
    state: &'static str,
    kind: &'static str,
    assigned_to: Option<String>,
}

/// A branch; a parent stands before its children.
#[derive(Clone, Debug)]
struct Branch {
    path: String,
    project: Uuid,
    parent: Option<usize>,
    owner: usize,
    created: Timestamp,
    description: Option<&'static str>,
    is_deleted: bool,
    related: Vec<String>,
}

/// A label.
#[derive(Clone, Debug)]
struct Label {
    id: i64,
    project: Uuid,
    name: String,
    scope: String,
    description: Option<String>,
    owner: usize,
    modified: Timestamp,
}

impl TfvcWorld {
    /// The changesets that are tied to a work item.
    pub(crate) fn changesets_of(&self, work_item: i64) -> impl Iterator<Item = i64> {
        let ties = move |changeset: &&Changeset| {
            changeset.work_items.iter().any(|item| item.id == work_item)
        };
        self.changesets
            .iter()
            .filter(ties)
            .map(|changeset| changeset.id)
    }

    fn changeset(&self, id: i64) -> Option<&Changeset> {
        self.changesets.iter().find(|changeset| changeset.id == id)
    }
}

impl Change {
    /// Where merged content came from, as the endpoint has it.
    fn merge_sources(&self) -> Option<Value> {
        let (item, first, last) = self.merged_from.as_ref()?;
        Some(
            json!([{ "serverItem": item, "versionFrom": first, "versionTo": last, "isRename": false }]),
        )
    }
}
