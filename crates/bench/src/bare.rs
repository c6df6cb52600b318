//! Limit B: the source read as fast as it gives, with nothing behind it.

use std::path::Path;

use futures::{TryStreamExt as _, stream};
use serde::{Deserialize, de::IgnoredAny};
use testkit::Stack;
use tokio::time::Instant;

use crate::{
    Figure,
    source::{AT_ONCE, Source, commits},
};

#[derive(Debug, Deserialize)]
struct Project {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Repository {
    id: String,
    project: Project,
}

#[derive(Debug, Deserialize)]
struct Build {
    id: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequest {
    pull_request_id: i64,
    repository: Project,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changeset {
    changeset_id: i64,
}

/// Reads what makes nearly all of the records.
pub(crate) async fn measure(stack: &Stack) -> anyhow::Result<Figure> {
    let source = Source::new(&stack.emulator)?;
    let clones = stack.directory().join("clones");
    let began = Instant::now();
    let projects: Vec<Project> = source.whole("_apis/projects?$top=1000").await?;
    futures::try_join!(
        source.by_link(
            "_apis/wit/reporting/workitemrevisions?api-version=7.1&$expand=fields&includeIdentityRef=true&includeDeleted=true&includeTagRef=true&$maxPageSize=1000"
        ),
        source.by_link("_apis/wit/reporting/workitemlinks?api-version=7.1"),
        each(&projects, |project| builds(&source, project)),
        each(&projects, |project| pull_requests(&source, project)),
        changesets(&source),
        repositories(&source, &clones),
    )?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(Figure {
        records: source.records(),
        seconds,
    })
}

async fn builds(source: &Source, project: &Project) -> anyhow::Result<()> {
    let listing = format!(
        "{}/_apis/build/builds?queryOrder=finishTimeAscending&statusFilter=completed",
        project.id
    );
    let builds: Vec<Build> = source.by_header(&listing).await?;
    each(&builds, |build| async move {
        let path = format!("{}/_apis/build/builds/{}/timeline", project.id, build.id);
        detail(source, &path).await
    })
    .await
}

async fn pull_requests(source: &Source, project: &Project) -> anyhow::Result<()> {
    let listing = format!(
        "{}/_apis/git/pullrequests?searchCriteria.status=all",
        project.id
    );
    let found: Vec<PullRequest> = source.by_skip(&listing).await?;
    each(&found, |found| async move {
        let path = format!(
            "{}/_apis/git/repositories/{}/pullRequests/{}/threads",
            project.id, found.repository.id, found.pull_request_id
        );
        detail(source, &path).await
    })
    .await
}

async fn changesets(source: &Source) -> anyhow::Result<()> {
    let found: Vec<Changeset> = source
        .by_skip("_apis/tfvc/changesets?$orderby=id%20asc&maxCommentLength=100000")
        .await?;
    each(&found, |found| async move {
        let path = format!(
            "_apis/tfvc/changesets/{}?includeDetails=true&includeWorkItems=true&maxChangeCount=100",
            found.changeset_id
        );
        detail(source, &path).await
    })
    .await
}

async fn repositories(source: &Source, clones: &Path) -> anyhow::Result<()> {
    let found: Vec<Repository> = source
        .whole("_apis/git/repositories?includeHidden=true")
        .await?;
    each(&found, |found| async move {
        let into = clones.join(&found.id);
        let path = format!("{}/_git/{}", found.project.id, found.id);
        if source.clone(&path, &into).await? {
            source.count(commits(&into).await?);
        }
        Ok(())
    })
    .await
}

/// One request, one record.
async fn detail(source: &Source, path: &str) -> anyhow::Result<()> {
    if source.get::<IgnoredAny>(path).await?.is_some() {
        source.count(1);
    }
    Ok(())
}

async fn each<'a, T, Read>(
    items: &'a [T],
    read: impl Fn(&'a T) -> Read + Send,
) -> anyhow::Result<()>
where
    T: Sync,
    Read: Future<Output = anyhow::Result<()>> + Send,
{
    stream::iter(items.iter().map(Ok))
        .try_for_each_concurrent(AT_ONCE, read)
        .await
}
