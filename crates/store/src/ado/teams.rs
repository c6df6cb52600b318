//! A team.

use wire::proto::boards::v1::Team;

use crate::table::{Absence, Column, Table};

/// The rows of `teams`.
pub(crate) static TEAMS: Table<Team> = Table {
    name: "ado.teams",
    key: &["id"],
    columns: &[
        Column::uuid("id", |team| &team.id),
        Column::text("name", |team| &team.name),
        Column::uuid("project_id", |team| &team.project_id),
        Column::text("project_name", |team| &team.project_name),
        Column::text("description", |team| &team.description),
        Column::text("identity_url", |team| &team.identity_url),
        Column::text("url", |team| &team.url),
        Column::json("extra", |team| &team.extra),
    ],
    // The listing leaves out the teams of projects that this credential does not see.
    absence: Absence::DeletionInSeenProjects,
    ..Table::PLAIN
};
