//! Reads the revisions of all work items, by the reporting feed.
//!
//! One stream for the organization: streams of a project or a type lose items that move (PITFALLS 19).

use std::collections::HashMap;

use azdo::{Client, Error, Page, Pages, Revision};
use fetch::{
    Context, Listing,
    convert::{id, identity, text, time},
};
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
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

/// A revision with its project: the feed itself only names it.
#[derive(Debug)]
pub(crate) struct Placed {
    revision: Revision,
    project: Option<Uuid>,
}

impl Listing for WorkItemRevisions {
    type Cursor = Token;
    type Item = Placed;
    type Record = v1::WorkItemRevision;

    fn pages(&self, context: &Context, since: &Token) -> Pages<Placed> {
        let revisions = context.azdo.revisions();
        let pages = match since.get() {
            Some(token) => revisions.after(token).pages(),
            None => revisions.pages(),
        };
        let order = pages.order();
        let projects = Projects {
            azdo: context.azdo.clone(),
            ids: HashMap::new(),
        };
        let placed = stream::unfold((pages, projects), |(mut pages, mut projects)| async move {
            let page = pages.next().await?;
            let page = match page {
                Ok(page) => projects.place(page).await,
                Err(error) => Err(error),
            };
            Some((page, (pages, projects)))
        });
        Pages::new(order, placed)
    }

    fn record(&self, _: &Context, placed: Placed) -> v1::WorkItemRevision {
        let Placed { revision, project } = placed;
        v1::WorkItemRevision {
            id: revision.id,
            rev: revision.rev,
            project_id: id(project),
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

    fn advance(&self, since: Token, page: &Page<Placed>) -> Token {
        since.after(page)
    }
}

/// Names of projects and their ids: listed when a page has a name that was not asked for yet, so that a feed at rest
/// costs nothing, and a renamed project is found.
struct Projects {
    azdo: Client,
    ids: HashMap<String, Option<Uuid>>,
}

impl Projects {
    async fn place(&mut self, page: Page<Revision>) -> Result<Page<Placed>, Error> {
        let names = page
            .items
            .iter()
            .filter_map(|revision| revision.team_project.clone());
        let new: Vec<String> = names.filter(|name| !self.ids.contains_key(name)).collect();
        if !new.is_empty() {
            // A project that is hidden or gone stays without an id.
            self.ids.extend(new.into_iter().map(|name| (name, None)));
            for project in self.azdo.projects().items().await? {
                self.ids
                    .insert(project.name.unwrap_or_default(), Some(project.id));
            }
        }
        let place = |revision: Revision| Placed {
            project: revision
                .team_project
                .as_ref()
                .and_then(|name| *self.ids.get(name)?),
            revision,
        };
        Ok(Page {
            items: page.items.into_iter().map(place).collect(),
            observed_at: page.observed_at,
            token: page.token,
            unreadable: page.unreadable,
        })
    }
}
