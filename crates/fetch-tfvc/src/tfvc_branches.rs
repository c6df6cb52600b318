//! Reads the TFVC branches of a project.

use azdo::{Pages, TfvcBranch};
use fetch::{
    Context, Listing,
    convert::{extra, identity, text, time},
};
use wire::proto::tfvc::v1;

use crate::without_tfvc::empty_without_tfvc;

/// Reads the TFVC branches of a project; none where the project has no TFVC, or uses plain folders.
#[derive(Debug)]
pub(crate) struct TfvcBranches;

impl Listing for TfvcBranches {
    type Cursor = ();
    type Item = TfvcBranch;
    type Record = v1::Branch;

    fn pages(&self, context: &Context, (): &()) -> Pages<TfvcBranch> {
        let project = context.scope.project.unwrap_or_default();
        empty_without_tfvc(context.azdo.tfvc_branches(project), context.now)
    }

    fn record(&self, context: &Context, branch: TfvcBranch) -> v1::Branch {
        v1::Branch {
            path: branch.path,
            project_id: context.scope.project_id(),
            parent_path: text(branch.parent_path),
            owner: identity(branch.owner),
            created_date: time(branch.created_date),
            description: text(branch.description),
            is_deleted: branch.is_deleted.unwrap_or_default(),
            related_branches: branch.related_branches,
            mappings: text(branch.mappings),
            url: text(branch.url),
            extra: extra(branch.extra),
        }
    }
}
