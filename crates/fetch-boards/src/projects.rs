//! Reads the projects of an organization.

use std::collections::BTreeSet;

use azdo::{Pages, Presence};
use fetch::{
    Context, Listing,
    convert::{extra, text, time},
};
use futures::future::BoxFuture;
use wire::proto::boards::v1;

/// Reads the projects of an organization, in all states.
#[derive(Debug)]
pub(crate) struct Projects;

impl Listing for Projects {
    type Cursor = ();
    type Item = azdo::Project;
    type Record = v1::Project;

    fn pages(&self, context: &Context, (): &()) -> Pages<azdo::Project> {
        context.azdo.projects()
    }

    fn record(&self, _: &Context, project: azdo::Project) -> v1::Project {
        v1::Project {
            id: project.id.to_string(),
            name: text(project.name),
            description: text(project.description),
            state: text(project.state),
            revision: project.revision.unwrap_or_default(),
            visibility: text(project.visibility),
            last_update_time: time(project.last_update_time),
            url: text(project.url),
            extra: extra(project.extra),
        }
    }

    /// A project that is listed no more is either gone or hidden from us: only asking for it tells which.
    fn gone<'a>(
        &'a self,
        context: &'a Context,
        seen: &'a BTreeSet<String>,
    ) -> BoxFuture<'a, Result<Vec<String>, azdo::Error>> {
        Box::pin(async move {
            let mut gone = Vec::new();
            for missing in context
                .known
                .iter()
                .filter(|known| !seen.contains(&known.id))
            {
                let Ok(id) = missing.id.parse() else { continue };
                match context.azdo.project(id).await {
                    Ok(Presence::Gone) => gone.push(missing.id.clone()),
                    // A bare 401 for one project, while others answer, says "gone or hidden" (PITFALLS 2).
                    Ok(Presence::There(_) | Presence::Hidden)
                    | Err(azdo::Error::Unauthorized(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(gone)
        })
    }
}
