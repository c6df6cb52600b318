//! Reads the links between work items, by the reporting feed.

use azdo::{Page, Pages};
use fetch::{
    Context, Listing,
    convert::{extra, id, identity, text, time},
};
use wire::proto::boards::v1;

use crate::work_item_revisions::Token;

/// Reads the links between work items of an organization, and their removals.
#[derive(Debug)]
pub(crate) struct WorkItemLinks;

impl Listing for WorkItemLinks {
    type Cursor = Token;
    type Item = azdo::WorkItemLink;
    type Record = v1::WorkItemLink;

    fn pages(&self, context: &Context, since: &Token) -> Pages<azdo::WorkItemLink> {
        let links = context.azdo.work_item_links();
        match since.get() {
            Some(token) => links.after(token).pages(),
            None => links.pages(),
        }
    }

    fn record(&self, _: &Context, link: azdo::WorkItemLink) -> v1::WorkItemLink {
        v1::WorkItemLink {
            source_id: link.source_id,
            target_id: link.target_id,
            rel: link.rel,
            is_active: link.is_active.unwrap_or(true),
            changed_date: time(link.changed_date),
            changed_by: identity(link.changed_by),
            changed_operation: text(link.changed_operation),
            comment: text(link.comment),
            source_project_id: id(link.source_project_id),
            target_project_id: id(link.target_project_id),
            extra: extra(link.extra),
        }
    }

    fn advance(&self, since: Token, page: &Page<azdo::WorkItemLink>) -> Token {
        since.after(page)
    }
}
