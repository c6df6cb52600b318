//! Changesets of TFVC.

use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::identity::Identity;
use crate::json::{Item, Object};
use crate::paging::{Order, Pages, Skip, by_skip};
use crate::request::Request;

/// More than any comment: without it they are cut at 80 characters.
const LONGEST_COMMENT: u32 = 100_000;

/// A changeset; what is marked so comes only with a single read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changeset {
    /// One sequence for the whole organization.
    pub changeset_id: i64,
    /// Whose work it is.
    pub author: Option<Identity>,
    /// Who checked it in: for gated check-ins, the build service.
    pub checked_in_by: Option<Identity>,
    /// When it was checked in.
    pub created_date: Option<Timestamp>,
    /// What was said about it. Can be changed later.
    pub comment: Option<String>,
    /// Whether that is not all of it.
    pub comment_truncated: Option<bool>,
    /// The projects that it touches. Single read.
    pub team_project_ids: Vec<Uuid>,
    /// What it changes. Single read.
    pub changes: Vec<Change>,
    /// Whether that is not all of it. Single read.
    pub has_more_changes: Option<bool>,
    /// The work items that it belongs to. Single read.
    pub work_items: Vec<WorkItemReference>,
    /// Notes such as "Code Reviewer". Single read.
    pub checkin_notes: Vec<CheckinNote>,
    /// Why policies were overridden. Single read.
    pub policy_override_comment: Option<String>,
    /// Which policies failed: a JSON list. Single read.
    pub policy_failures: Option<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// What a changeset does to one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `$/Project/…`
    pub path: String,
    /// Flags, separated by commas: `add, edit, encoding`, `delete, sourceRename`, …
    pub change_type: Option<String>,
    /// The changeset that the item is from.
    pub version: Option<i64>,
    /// Whether it is a folder.
    pub is_folder: Option<bool>,
    /// In bytes.
    pub size: Option<i64>,
    /// MD5 of its content.
    pub hash_value: Option<String>,
    /// Which deletion of this path it is.
    pub deletion_id: Option<i64>,
    /// Where it was before a rename, perhaps with `;C123`.
    pub source_server_item: Option<String>,
    /// Where merged changes come from: a JSON list.
    pub merge_sources: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// A work item that a changeset names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItemReference {
    /// Unique in the organization.
    pub id: i64,
    /// Its title.
    pub title: Option<String>,
    /// Its state.
    pub state: Option<String>,
    /// Its type.
    pub work_item_type: Option<String>,
    /// Who works on it.
    pub assigned_to: Option<String>,
}

/// A note that was asked for at check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckinNote {
    /// Which note.
    pub name: Option<String>,
    /// What was said.
    pub value: Option<String>,
}

impl Item for Changeset {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut policy = object.nested("policyOverride").unwrap_or_default();
        Ok(Self {
            changeset_id: object.key_int("changesetId")?,
            author: object.identity("author"),
            checked_in_by: object.identity("checkedInBy"),
            created_date: object.time("createdDate"),
            comment: object.text("comment"),
            comment_truncated: object.bool("commentTruncated"),
            team_project_ids: object
                .texts("teamProjectIds")
                .iter()
                .filter_map(|id| id.parse().ok())
                .collect(),
            changes: object.items("changes"),
            has_more_changes: object.bool("hasMoreChanges"),
            work_items: object.items("workItems"),
            checkin_notes: object.items("checkinNotes"),
            policy_override_comment: policy.text("comment"),
            policy_failures: policy.json("policyFailures"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Item for Change {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut item = object.nested("item").ok_or("no item")?;
        Ok(Self {
            path: item.key_text("path")?,
            change_type: object.text("changeType"),
            version: item.int("version"),
            is_folder: item.bool("isFolder"),
            size: item.int("size"),
            hash_value: item.text("hashValue"),
            deletion_id: item.int("deletionId"),
            source_server_item: object.text("sourceServerItem"),
            merge_sources: object.json("mergeSources"),
            extra: object.rest()?,
        })
    }
}

impl Item for WorkItemReference {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            id: object.key_int("id")?,
            title: object.text("title"),
            state: object.text("state"),
            work_item_type: object.text("workItemType"),
            assigned_to: object.text("assignedTo"),
        })
    }
}

impl Item for CheckinNote {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            name: object.text("name"),
            value: object.text("value"),
        })
    }
}

/// A listing of changesets.
#[derive(Clone, Debug)]
pub struct Changesets {
    client: Client,
    request: Request,
}

impl Client {
    /// Changesets of the whole organization: their ids are one sequence.
    pub fn changesets(&self) -> Changesets {
        let request = Request::get("_apis/tfvc/changesets", &[])
            .with("$orderby", "id asc")
            .with("maxCommentLength", LONGEST_COMMENT);
        Changesets {
            client: self.clone(),
            request,
        }
    }

    /// One changeset with everything: up to 100 changes come with it, the others are read too.
    pub async fn changeset(&self, id: i64) -> Result<Option<Changeset>, Error> {
        let request = Request::get("_apis/tfvc/changesets/{id}", &[&id.to_string()])
            .with("includeDetails", true)
            .with("includeWorkItems", true)
            .with("maxChangeCount", 100)
            .with("maxCommentLength", LONGEST_COMMENT);
        let Some(mut changeset) = self.find::<Changeset>(&request).await? else {
            return Ok(None);
        };
        let page = changeset.changes.len();
        if changeset.has_more_changes == Some(true) || page >= 100 {
            let mut rest = self.changes(id, page).items().await?;
            changeset.changes.append(&mut rest);
            changeset.has_more_changes = Some(false);
        }
        Ok(Some(changeset))
    }

    /// The changes of a changeset after the first `skipped`.
    pub fn changes(&self, changeset: i64, skipped: usize) -> Pages<Change> {
        let request = Request::get(
            "_apis/tfvc/changesets/{id}/changes",
            &[&changeset.to_string()],
        );
        let skip = Skip {
            top: 1000,
            from: skipped,
            overlap: 0,
        };
        let key = |change: &Change| change.path.clone();
        by_skip(self.clone(), request, Order::Whole, skip, key)
    }
}

impl Changesets {
    /// Only later ones than this.
    #[must_use]
    pub fn after(mut self, id: i64) -> Self {
        self.request
            .set("searchCriteria.fromId", id.saturating_add(1));
        self
    }

    /// The pages, oldest first.
    pub fn pages(self) -> Pages<Changeset> {
        let skip = Skip {
            top: 1000,
            overlap: 0,
            ..Skip::default()
        };
        let key = |changeset: &Changeset| changeset.changeset_id.to_string();
        by_skip(self.client, self.request, Order::OldestFirst, skip, key)
    }
}
