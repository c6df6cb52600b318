//! A project.

use wire::proto::boards::v1::Project;

use crate::table::{Absence, Column, Scope, Table};

/// The rows of `projects`.
pub(crate) static PROJECTS: Table<Project> = Table {
    name: "ado.projects",
    key: &["id"],
    columns: &[
        Column::uuid("id", |project| &project.id),
        Column::text("name", |project| &project.name),
        Column::text("description", |project| &project.description),
        Column::text("state", |project| &project.state),
        Column::int8("revision", |project| Some(project.revision)),
        Column::text("visibility", |project| &project.visibility),
        Column::time("last_update_time", |project| {
            project.last_update_time.as_ref()
        }),
        Column::text("url", |project| &project.url),
        Column::json("extra", |project| &project.extra),
    ],
    // A project that is not listed may only be hidden from this credential.
    absence: Absence::Unseen,
    scope: Some(|project| Scope {
        kind: "project",
        id: &project.id,
        project_id: &project.id,
        name: &project.name,
        readable: project.state == "wellFormed",
    }),
    ..Table::PLAIN
};
