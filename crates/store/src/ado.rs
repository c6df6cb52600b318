//! The mappings: one file an entity. A new entity is a file, a line here and a migration.

mod build_definitions;
mod builds;
mod changeset_details;
mod changesets;
mod classification_nodes;
mod commits;
mod fields;
mod projects;
mod pull_request_descriptions;
mod pull_request_threads;
mod pull_requests;
mod refs;
mod repositories;
mod teams;
mod tfvc_branches;
mod tfvc_labels;
mod timelines;
mod work_item_links;
mod work_item_revisions;
mod work_item_type_categories;
mod work_item_types;

use crate::mapping::Mapped;

/// Every entity's table.
pub(crate) static TABLES: &[&dyn Mapped] = &[
    &projects::PROJECTS,
    &teams::TEAMS,
    &fields::FIELDS,
    &work_item_types::WORK_ITEM_TYPES,
    &work_item_type_categories::WORK_ITEM_TYPE_CATEGORIES,
    &classification_nodes::CLASSIFICATION_NODES,
    &work_item_revisions::WORK_ITEM_REVISIONS,
    &work_item_links::WORK_ITEM_LINKS,
    &repositories::REPOSITORIES,
    &refs::REFS,
    &commits::COMMITS,
    &pull_requests::PULL_REQUESTS,
    &pull_request_threads::PULL_REQUEST_THREADS,
    &pull_request_descriptions::PULL_REQUEST_DESCRIPTIONS,
    &build_definitions::BUILD_DEFINITIONS,
    &builds::BUILDS,
    &timelines::TIMELINES,
    &changesets::CHANGESETS,
    &changeset_details::CHANGESET_DETAILS,
    &tfvc_branches::TFVC_BRANCHES,
    &tfvc_labels::TFVC_LABELS,
];
