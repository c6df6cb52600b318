//! Reads the teams of an organization.

use azdo::Pages;
use fetch::{
    Context, Listing,
    convert::{extra, id, text},
};
use wire::proto::boards::v1;

/// Reads the teams of an organization: one listing in place of one a project.
#[derive(Debug)]
pub(crate) struct Teams;

impl Listing for Teams {
    type Cursor = ();
    type Item = azdo::Team;
    type Record = v1::Team;

    fn pages(&self, context: &Context, (): &()) -> Pages<azdo::Team> {
        context.azdo.teams()
    }

    fn record(&self, _: &Context, team: azdo::Team) -> v1::Team {
        v1::Team {
            id: team.id.to_string(),
            name: text(team.name),
            project_id: id(team.project_id),
            project_name: text(team.project_name),
            description: text(team.description),
            identity_url: text(team.identity_url),
            url: text(team.url),
            extra: extra(team.extra),
        }
    }
}
