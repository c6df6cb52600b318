//! Reads the repositories of an organization.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{Error, Pages, Repository};
use fetch::{
    Context, Listing,
    convert::{extra, id, text},
};
use futures::future::BoxFuture;
use wire::proto::git::v1;

/// Reads the repositories of an organization, of all projects in one request; disabled and hidden ones too.
#[derive(Debug)]
pub(crate) struct Repositories;

impl Listing for Repositories {
    type Cursor = ();
    type Item = Repository;
    type Record = v1::Repository;

    fn pages(&self, context: &Context, (): &()) -> Pages<Repository> {
        context.azdo.repositories()
    }

    fn record(&self, _: &Context, repository: Repository) -> v1::Repository {
        v1::Repository {
            id: repository.id.to_string(),
            project_id: id(repository.project_id),
            project_name: text(repository.project_name),
            name: text(repository.name),
            default_branch: text(repository.default_branch),
            size: repository.size.unwrap_or_default(),
            remote_url: text(repository.remote_url),
            ssh_url: text(repository.ssh_url),
            web_url: text(repository.web_url),
            is_disabled: repository.is_disabled.unwrap_or_default(),
            is_fork: repository.is_fork.unwrap_or_default(),
            is_in_maintenance: repository.is_in_maintenance.unwrap_or_default(),
            url: text(repository.url),
            extra: extra(repository.extra),
        }
    }

    /// A repository that is listed no more is gone only if its project says that it was deleted: `TF401019` means
    /// "does not exist or you may not see it".
    fn gone<'a>(
        &'a self,
        context: &'a Context,
        seen: &'a BTreeSet<String>,
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let mut missing = BTreeMap::<&str, BTreeSet<&str>>::new();
            for known in context
                .known
                .iter()
                .filter(|known| !seen.contains(&known.id))
            {
                missing
                    .entry(&known.project_id)
                    .or_default()
                    .insert(&known.id);
            }
            let mut gone = Vec::new();
            for (project, missing) in missing {
                let Ok(project) = project.parse() else {
                    continue;
                };
                let deleted = match context.azdo.deleted_repositories(project).items().await {
                    Ok(deleted) => deleted,
                    // The project went, or may not be seen: nothing is proven of its repositories.
                    Err(Error::NotFound(_) | Error::Forbidden(_) | Error::Unauthorized(_)) => {
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let deleted = deleted.iter().map(|repository| repository.id.to_string());
                gone.extend(deleted.filter(|id| missing.contains(id.as_str())));
            }
            Ok(gone)
        })
    }
}
