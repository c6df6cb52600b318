//! Reads whole descriptions of pull requests.

use azdo::Error;
use fetch::{Context, Detail, Found, convert::text};
use futures::future::BoxFuture;
use wire::proto::{control::v1::Gap, git::v1};

/// Reads the whole description of a pull request that the list has cut at 400 characters (PITFALLS 16).
#[derive(Debug)]
pub(crate) struct PullRequestDescriptions;

impl Detail for PullRequestDescriptions {
    type Record = v1::PullRequestDescription;

    fn read<'a>(
        &'a self,
        context: &'a Context,
        gap: &'a Gap,
    ) -> BoxFuture<'a, Result<Option<Found<v1::PullRequestDescription>>, Error>> {
        Box::pin(async move {
            let (Ok(id), Ok(repository)) = (gap.key.parse(), gap.repository_id.parse()) else {
                return Ok(None);
            };
            let project = context.scope.project.unwrap_or_default();
            let found = context.azdo.pull_request(project, repository, id).await?;
            Ok(found.map(|found| {
                Found::from(v1::PullRequestDescription {
                    pull_request_id: id,
                    repository_id: gap.repository_id.clone(),
                    project_id: context.scope.project_id(),
                    description: text(found.description),
                })
            }))
        })
    }
}
