//! Every revision of every work item of the organization, in the order of change.

use jiff::Timestamp;

use crate::client::Client;
use crate::dates::parameter;
use crate::identity::Identity;
use crate::json::{Item, Object};
use crate::paging::{Pages, by_body_token};
use crate::request::Request;

/// A work item as it was from `changed_date` to `revised_date`.
///
/// All fields are in `fields`; those that every report asks for are also read out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revision {
    /// The work item.
    pub id: i64,
    /// Which revision of it, from 1.
    pub rev: i64,
    /// All fields by reference name, custom ones too: a JSON object.
    pub fields: String,
    /// `System.TeamProject`: the project's name at that time.
    pub team_project: Option<String>,
    /// `System.WorkItemType`
    pub work_item_type: Option<String>,
    /// `System.Title`
    pub title: Option<String>,
    /// `System.State`
    pub state: Option<String>,
    /// `System.Reason`
    pub reason: Option<String>,
    /// `System.AreaId`: survives renames of areas.
    pub area_id: Option<i64>,
    /// `System.AreaPath`: as it was called then.
    pub area_path: Option<String>,
    /// `System.IterationId`: survives renames of iterations.
    pub iteration_id: Option<i64>,
    /// `System.IterationPath`: as it was called then.
    pub iteration_path: Option<String>,
    /// `System.AssignedTo`
    pub assigned_to: Option<Identity>,
    /// `System.CreatedBy`
    pub created_by: Option<Identity>,
    /// `System.CreatedDate`
    pub created_date: Option<Timestamp>,
    /// `System.ChangedBy`
    pub changed_by: Option<Identity>,
    /// `System.ChangedDate`: when this revision was made.
    pub changed_date: Option<Timestamp>,
    /// `System.AuthorizedDate`
    pub authorized_date: Option<Timestamp>,
    /// `System.RevisedDate`: until when it was the newest; `None` for the current one.
    pub revised_date: Option<Timestamp>,
    /// `System.Watermark`
    pub watermark: Option<i64>,
    /// `System.Tags`, separated by semicolons.
    pub tags: Option<String>,
    /// `System.Parent`
    pub parent: Option<i64>,
    /// `System.CommentCount`
    pub comment_count: Option<i64>,
    /// `System.History`: the comment made with this revision.
    pub history: Option<String>,
    /// `System.BoardColumn`
    pub board_column: Option<String>,
    /// `System.BoardColumnDone`
    pub board_column_done: Option<bool>,
    /// `System.BoardLane`
    pub board_lane: Option<String>,
    /// `System.IsDeleted`: in the recycle bin.
    pub is_deleted: Option<bool>,
    /// `Microsoft.VSTS.Common.Priority`
    pub priority: Option<i64>,
    /// `Microsoft.VSTS.Common.Severity`
    pub severity: Option<String>,
    /// `Microsoft.VSTS.Common.StateChangeDate`
    pub state_change_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Common.ActivatedDate`
    pub activated_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Common.ResolvedDate`
    pub resolved_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Common.ClosedDate`
    pub closed_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Scheduling.DueDate`
    pub due_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Scheduling.StartDate`
    pub start_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Scheduling.FinishDate`
    pub finish_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Scheduling.TargetDate`
    pub target_date: Option<Timestamp>,
    /// `Microsoft.VSTS.Scheduling.StoryPoints`
    pub story_points: Option<f64>,
    /// `Microsoft.VSTS.Scheduling.Effort`
    pub effort: Option<f64>,
    /// `Microsoft.VSTS.Scheduling.Size`
    pub size: Option<f64>,
    /// `Microsoft.VSTS.Scheduling.OriginalEstimate`
    pub original_estimate: Option<f64>,
    /// `Microsoft.VSTS.Scheduling.RemainingWork`
    pub remaining_work: Option<f64>,
    /// `Microsoft.VSTS.Scheduling.CompletedWork`
    pub completed_work: Option<f64>,
}

impl Item for Revision {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let id = object.key_int("id")?;
        let rev = object.key_int("rev")?;
        let fields = object.look_into("fields");
        let raw = object
            .json("fields")
            .ok_or_else(|| "fields is no object, or nested too deeply".to_owned())?;
        let mut all = fields.ok_or_else(|| "fields is no object".to_owned())?;
        Ok(Self {
            id,
            rev,
            fields: raw,
            ..Self::of_fields(&mut all)
        })
    }
}

/// Text, or with `includeTagRef` a list of references, which is written as the text would be.
fn tags(fields: &mut Object<'_>) -> Option<String> {
    let Some(tags) = fields.list("System.Tags") else {
        return fields.text("System.Tags");
    };
    let names = tags
        .into_iter()
        .filter_map(|tag| Object::parse(tag).ok()?.text("name"));
    Some(names.collect::<Vec<_>>().join("; ")).filter(|names| !names.is_empty())
}

impl Revision {
    fn of_fields(fields: &mut Object<'_>) -> Self {
        Self {
            team_project: fields.text("System.TeamProject"),
            work_item_type: fields.text("System.WorkItemType"),
            title: fields.text("System.Title"),
            state: fields.text("System.State"),
            reason: fields.text("System.Reason"),
            area_id: fields.int("System.AreaId"),
            area_path: fields.text("System.AreaPath"),
            iteration_id: fields.int("System.IterationId"),
            iteration_path: fields.text("System.IterationPath"),
            assigned_to: fields.identity("System.AssignedTo"),
            created_by: fields.identity("System.CreatedBy"),
            created_date: fields.time("System.CreatedDate"),
            changed_by: fields.identity("System.ChangedBy"),
            changed_date: fields.time("System.ChangedDate"),
            authorized_date: fields.time("System.AuthorizedDate"),
            revised_date: fields.time("System.RevisedDate"),
            watermark: fields.int("System.Watermark"),
            tags: tags(fields),
            parent: fields.int("System.Parent"),
            comment_count: fields.int("System.CommentCount"),
            history: fields.text("System.History"),
            board_column: fields.text("System.BoardColumn"),
            board_column_done: fields.bool("System.BoardColumnDone"),
            board_lane: fields.text("System.BoardLane"),
            is_deleted: fields.bool("System.IsDeleted"),
            priority: fields.int("Microsoft.VSTS.Common.Priority"),
            severity: fields.text("Microsoft.VSTS.Common.Severity"),
            state_change_date: fields.time("Microsoft.VSTS.Common.StateChangeDate"),
            activated_date: fields.time("Microsoft.VSTS.Common.ActivatedDate"),
            resolved_date: fields.time("Microsoft.VSTS.Common.ResolvedDate"),
            closed_date: fields.time("Microsoft.VSTS.Common.ClosedDate"),
            due_date: fields.time("Microsoft.VSTS.Scheduling.DueDate"),
            start_date: fields.time("Microsoft.VSTS.Scheduling.StartDate"),
            finish_date: fields.time("Microsoft.VSTS.Scheduling.FinishDate"),
            target_date: fields.time("Microsoft.VSTS.Scheduling.TargetDate"),
            story_points: fields.float("Microsoft.VSTS.Scheduling.StoryPoints"),
            effort: fields.float("Microsoft.VSTS.Scheduling.Effort"),
            size: fields.float("Microsoft.VSTS.Scheduling.Size"),
            original_estimate: fields.float("Microsoft.VSTS.Scheduling.OriginalEstimate"),
            remaining_work: fields.float("Microsoft.VSTS.Scheduling.RemainingWork"),
            completed_work: fields.float("Microsoft.VSTS.Scheduling.CompletedWork"),
            ..Self::default()
        }
    }
}

/// The feed of revisions of the whole organization.
#[derive(Clone, Debug)]
pub struct Revisions {
    client: Client,
    request: Request,
}

impl Client {
    /// Revisions of all projects, from the beginning if nothing else is said. One feed for all: a
    /// feed of one project or type loses the items that move away from it.
    pub fn revisions(&self) -> Revisions {
        let request = Request::get("_apis/wit/reporting/workitemrevisions", &[])
            // Long texts too; without it they are left out, which must not look like "emptied".
            .with("$expand", "fields")
            .with("includeIdentityRef", true)
            .with("includeDeleted", true)
            .with("includeTagRef", true);
        Revisions {
            client: self.clone(),
            request,
        }
    }
}

impl Revisions {
    /// Goes on where the page with this token ended. The token lasts.
    #[must_use]
    pub fn after(mut self, token: &str) -> Self {
        self.request.remove("startDateTime");
        self.request.set("continuationToken", token);
        self
    }

    /// Starts with what was changed at this time. Excludes a token.
    #[must_use]
    pub fn since(mut self, start: Timestamp) -> Self {
        self.request.remove("continuationToken");
        self.request.set("startDateTime", parameter(start));
        self
    }

    /// The pages, in the order of change.
    pub fn pages(self) -> Pages<Revision> {
        by_body_token(self.client, self.request, Some(("$maxPageSize", 1000)))
    }
}
