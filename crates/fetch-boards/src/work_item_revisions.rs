//! Reads the revisions of all work items, by the reporting feed.
//!
//! One stream for the organization: streams of a project or a type lose items that move (PITFALLS 19).

use azdo::{Page, Pages, Revision};
use fetch::{
    Context, Listing,
    convert::{identity, text, time},
};
use serde::{Deserialize, Serialize};
use wire::proto::boards::v1;

/// Where a reporting feed stands: its own opaque token, which survives for as long as the organization does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token(Option<String>);

impl Token {
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The token that came with a page; without one the feed stays where it was.
    pub(crate) fn after<T>(self, page: &Page<T>) -> Self {
        page.token.clone().map_or(self, |token| Self(Some(token)))
    }
}

/// Reads the revisions of all work items of an organization.
#[derive(Debug)]
pub(crate) struct WorkItemRevisions;

impl Listing for WorkItemRevisions {
    type Cursor = Token;
    type Item = Revision;
    type Record = v1::WorkItemRevision;

    fn pages(&self, context: &Context, since: &Token) -> Pages<Revision> {
        let revisions = context.azdo.revisions();
        match since.get() {
            Some(token) => revisions.after(token).pages(),
            None => revisions.pages(),
        }
    }

    fn record(&self, context: &Context, revision: Revision) -> v1::WorkItemRevision {
        v1::WorkItemRevision {
            id: revision.id,
            rev: revision.rev,
            project_id: project(context, revision.team_project.as_deref()),
            team_project: text(revision.team_project),
            work_item_type: text(revision.work_item_type),
            title: text(revision.title),
            state: text(revision.state),
            reason: text(revision.reason),
            area_id: revision.area_id,
            area_path: text(revision.area_path),
            iteration_id: revision.iteration_id,
            iteration_path: text(revision.iteration_path),
            assigned_to: identity(revision.assigned_to),
            created_by: identity(revision.created_by),
            created_date: time(revision.created_date),
            changed_by: identity(revision.changed_by),
            changed_date: time(revision.changed_date),
            revised_date: time(revision.revised_date),
            state_change_date: time(revision.state_change_date),
            activated_date: time(revision.activated_date),
            resolved_date: time(revision.resolved_date),
            closed_date: time(revision.closed_date),
            due_date: time(revision.due_date),
            priority: revision.priority,
            severity: text(revision.severity),
            story_points: revision.story_points,
            effort: revision.effort,
            size: revision.size,
            original_estimate: revision.original_estimate,
            remaining_work: revision.remaining_work,
            completed_work: revision.completed_work,
            parent_id: revision.parent,
            tags: text(revision.tags),
            board_column: text(revision.board_column),
            board_column_done: revision.board_column_done,
            board_lane: text(revision.board_lane),
            comment_count: revision.comment_count,
            watermark: revision.watermark,
            is_deleted: revision.is_deleted.unwrap_or_default(),
            fields: revision.fields,
        }
    }

    fn advance(&self, since: Token, page: &Page<Revision>) -> Token {
        since.after(page)
    }
}

/// The feed names the project and not its id; the job brings the names that the connection knows.
fn project(context: &Context, name: Option<&str>) -> String {
    let known = context
        .known
        .iter()
        .find(|known| Some(known.name.as_str()) == name);
    known.map_or_else(String::new, |known| known.id.clone())
}
