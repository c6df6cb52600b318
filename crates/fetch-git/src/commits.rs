//! Reads the commits of a repository, by the git protocol.

use azdo::{
    Error, Order, Page, Pages,
    git::{self, Commit, Mirror, Tip},
};
use fetch::{Context, Listing, convert::time};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use wire::proto::git::v1;

/// So many commits are remembered at most. What only others reach is read again, which changes no row.
const TIPS_MOST: usize = 10_000;

/// What branches and tags pointed to when the last whole run ended: nothing that they reach is read again.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tips(Vec<String>);

/// Reads the commits that branches and tags reach, with their files and line counts, and that were not read before.
#[derive(Debug)]
pub(crate) struct Commits;

impl Listing for Commits {
    type Cursor = Tips;
    type Item = Commit;
    type Record = v1::Commit;

    fn pages(&self, context: &Context, since: &Tips) -> Pages<Commit> {
        let pages = read(context.clone(), since.0.clone());
        Pages::new(Order::NewestFirst, stream::once(pages).try_flatten())
    }

    fn record(&self, context: &Context, commit: Commit) -> v1::Commit {
        v1::Commit {
            repository_id: context.scope.repository_id(),
            project_id: context.scope.project_id(),
            commit_id: commit.commit_id,
            parents: commit.parents,
            tree_id: commit.tree_id,
            author_name: commit.author.name,
            author_email: commit.author.email,
            author_date: time(commit.author.date),
            committer_name: commit.committer.name,
            committer_email: commit.committer.email,
            committer_date: time(commit.committer.date),
            comment: commit.comment,
            files_changed: count(commit.files_changed),
            lines_added: count(commit.lines_added),
            lines_deleted: count(commit.lines_deleted),
            files: commit.files.into_iter().map(file).collect(),
        }
    }

    fn advance(&self, since: Tips, page: &Page<Commit>) -> Tips {
        let tips = page
            .token
            .as_deref()
            .and_then(|token| serde_json::from_str(token).ok());
        tips.unwrap_or(since)
    }
}

/// Fetches, then reads what is new. The tips travel as the token of the first page: the cursor moves with the last one.
async fn read(
    context: Context,
    known: Vec<String>,
) -> Result<impl Stream<Item = Result<Page<Commit>, Error>>, Error> {
    let scope = &context.scope;
    let repository = scope.repository.unwrap_or_default();
    let limits = git::Limits::default();
    let mirror = Mirror::open(&context.mirrors, repository, limits).await?;
    let remote = context
        .azdo
        .remote(&scope.project_id(), &scope.repository_id());
    let fetched = mirror.fetch(&context.azdo, &remote).await?;
    let first = Page {
        items: Vec::new(),
        observed_at: context.azdo.observed_at().unwrap_or(context.now),
        token: Some(token(&fetched.tips)),
        unreadable: Vec::new(),
    };
    let commits = mirror.commits(&context.azdo, known);
    Ok(stream::once(async { Ok(first) }).chain(commits))
}

fn token(tips: &[Tip]) -> String {
    let mut commits: Vec<&str> = tips
        .iter()
        .filter_map(|tip| tip.commit_id.as_deref())
        .collect();
    commits.sort_unstable();
    commits.dedup();
    commits.truncate(TIPS_MOST);
    serde_json::to_string(&commits).unwrap_or_default()
}

fn file(file: git::CommitFile) -> v1::CommitFile {
    v1::CommitFile {
        path: file.path,
        old_path: file.old_path.unwrap_or_default(),
        lines_added: file.lines_added.map(count),
        lines_deleted: file.lines_deleted.map(count),
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
