//! Reads the branches and tags of a repository.

use azdo::{Pages, Ref};
use fetch::{
    Context, Listing,
    convert::{extra, identity, text},
};
use wire::proto::git::v1;

/// Reads the branches and tags of a repository. When they change, its commits are read.
#[derive(Debug)]
pub(crate) struct Refs;

impl Listing for Refs {
    type Cursor = ();
    type Item = Ref;
    type Record = v1::Ref;

    fn pages(&self, context: &Context, (): &()) -> Pages<Ref> {
        let scope = &context.scope;
        context.azdo.refs(
            scope.project.unwrap_or_default(),
            scope.repository.unwrap_or_default(),
        )
    }

    fn record(&self, context: &Context, found: Ref) -> v1::Ref {
        v1::Ref {
            repository_id: context.scope.repository_id(),
            project_id: context.scope.project_id(),
            name: found.name,
            object_id: text(found.object_id),
            peeled_object_id: text(found.peeled_object_id),
            creator: identity(found.creator),
            is_locked: found.is_locked.unwrap_or_default(),
            url: text(found.url),
            extra: extra(found.extra),
        }
    }
}
