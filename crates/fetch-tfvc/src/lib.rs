#![doc = include_str!("../README.md")]

mod changeset_details;
mod changesets;
mod tfvc_branches;
mod tfvc_labels;
mod without_tfvc;

use fetch::Readers;

/// What this fetcher reads.
pub fn readers() -> Readers {
    Readers::default()
        .listing(changesets::Changesets)
        .detail(changeset_details::ChangesetDetails)
        .listing(tfvc_branches::TfvcBranches)
        .listing(tfvc_labels::TfvcLabels)
}
