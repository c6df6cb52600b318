//! A Git repository.

use wire::proto::git::v1::Repository;

use crate::table::{Absence, Column, Scope, Table};

/// The rows of `repositories`.
pub(crate) static REPOSITORIES: Table<Repository> = Table {
    name: "ado.repositories",
    key: &["id"],
    columns: &[
        Column::uuid("id", |repository| &repository.id),
        Column::uuid("project_id", |repository| &repository.project_id),
        Column::text("project_name", |repository| &repository.project_name),
        Column::text("name", |repository| &repository.name),
        Column::text("default_branch", |repository| &repository.default_branch),
        Column::int8("size", |repository| Some(repository.size)),
        Column::text("remote_url", |repository| &repository.remote_url),
        Column::text("ssh_url", |repository| &repository.ssh_url),
        Column::text("web_url", |repository| &repository.web_url),
        Column::bool("is_disabled", |repository| Some(repository.is_disabled)),
        Column::bool("is_fork", |repository| Some(repository.is_fork)),
        Column::bool("is_in_maintenance", |repository| {
            Some(repository.is_in_maintenance)
        }),
        Column::text("url", |repository| &repository.url),
        Column::json("extra", |repository| &repository.extra),
    ],
    // A repository that is not listed may only be hidden from this credential.
    absence: Absence::Unseen,
    scope: Some(|repository| Scope {
        kind: "repository",
        id: &repository.id,
        project_id: &repository.project_id,
        name: &repository.name,
        readable: !repository.is_disabled,
    }),
    ..Table::PLAIN
};
