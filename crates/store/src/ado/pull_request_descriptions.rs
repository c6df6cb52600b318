//! The whole description of a pull request whose list entry was cut.

use wire::proto::git::v1::PullRequestDescription;

use crate::table::{Column, Table};

/// The rows of `pull_request_descriptions`.
pub(crate) static PULL_REQUEST_DESCRIPTIONS: Table<PullRequestDescription> = Table {
    name: "ado.pull_request_descriptions",
    key: &["pull_request_id"],
    columns: &[
        Column::int8("pull_request_id", |description| {
            Some(description.pull_request_id)
        }),
        Column::uuid("repository_id", |description| &description.repository_id),
        Column::uuid("project_id", |description| &description.project_id),
        Column::text("description", |description| &description.description),
    ],
    ..Table::PLAIN
};
