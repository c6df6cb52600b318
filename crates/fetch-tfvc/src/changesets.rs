//! Reads the changesets of an organization.

use azdo::{Changeset, Page, Pages};
use fetch::{
    Context, Listing,
    convert::{extra, identity, text, time},
};
use serde::{Deserialize, Serialize};
use wire::proto::tfvc::v1;

/// The last changeset that was read: ids are one increasing sequence for the whole organization.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LastId(i64);

/// Reads the changesets of an organization, oldest first.
#[derive(Debug)]
pub(crate) struct Changesets;

impl Listing for Changesets {
    type Cursor = LastId;
    type Item = Changeset;
    type Record = v1::Changeset;

    fn pages(&self, context: &Context, since: &LastId) -> Pages<Changeset> {
        context.azdo.changesets().after(since.0).pages()
    }

    fn record(&self, _: &Context, changeset: Changeset) -> v1::Changeset {
        v1::Changeset {
            changeset_id: changeset.changeset_id,
            author: identity(changeset.author),
            checked_in_by: identity(changeset.checked_in_by),
            created_date: time(changeset.created_date),
            comment: text(changeset.comment),
            comment_truncated: changeset.comment_truncated.unwrap_or_default(),
            url: text(changeset.url),
            extra: extra(changeset.extra),
        }
    }

    fn advance(&self, since: LastId, page: &Page<Changeset>) -> LastId {
        let last = page
            .items
            .iter()
            .map(|changeset| changeset.changeset_id)
            .max();
        LastId(since.0.max(last.unwrap_or_default()))
    }
}
