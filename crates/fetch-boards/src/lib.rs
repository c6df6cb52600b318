#![doc = include_str!("../README.md")]

mod classification_nodes;
mod fields;
mod projects;
mod teams;
mod work_item_links;
mod work_item_revisions;
mod work_item_type_categories;
mod work_item_types;

use fetch::Readers;

/// What this fetcher reads.
pub fn readers() -> Readers {
    Readers::default()
        .listing(projects::Projects)
        .listing(teams::Teams)
        .listing(fields::Fields)
        .listing(work_item_types::WorkItemTypes)
        .listing(work_item_type_categories::WorkItemTypeCategories)
        .listing(classification_nodes::ClassificationNodes)
        .listing(work_item_revisions::WorkItemRevisions)
        .listing(work_item_links::WorkItemLinks)
}
