//! Reads the threads of pull requests.

use azdo::{Comment, Error, Thread};
use fetch::{
    Context, Detail, Found,
    convert::{extra, id, identity, text, time},
};
use futures::future::BoxFuture;
use wire::proto::{control::v1::Gap, git::v1};

/// Reads all threads of a pull request: comments, votes with their times, pushes.
#[derive(Debug)]
pub(crate) struct PullRequestThreads;

impl Detail for PullRequestThreads {
    type Record = v1::PullRequestThreads;

    fn read<'a>(
        &'a self,
        context: &'a Context,
        gap: &'a Gap,
    ) -> BoxFuture<'a, Result<Option<Found<v1::PullRequestThreads>>, Error>> {
        Box::pin(async move {
            let (Ok(pull_request), Ok(repository)) = (gap.key.parse(), gap.repository_id.parse())
            else {
                return Ok(None);
            };
            let project = context.scope.project.unwrap_or_default();
            let read = context
                .azdo
                .threads(project, repository, pull_request)
                .await?;
            Ok(read.map(|page| Found {
                observed_at: Some(page.observed_at),
                unreadable: page.unreadable,
                record: v1::PullRequestThreads {
                    pull_request_id: pull_request,
                    repository_id: gap.repository_id.clone(),
                    project_id: context.scope.project_id(),
                    threads: page.items.into_iter().map(thread).collect(),
                },
            }))
        })
    }
}

fn thread(thread: Thread) -> v1::PullRequestThread {
    v1::PullRequestThread {
        id: thread.id,
        status: text(thread.status),
        is_deleted: thread.is_deleted.unwrap_or_default(),
        published_date: time(thread.published_date),
        last_updated_date: time(thread.last_updated_date),
        r#type: text(thread.r#type),
        vote_result: text(thread.vote_result),
        voted_by_identity: id(thread.voted_by.and_then(|identity| identity.id)),
        file_path: text(thread.file_path),
        right_file_start_line: thread.line,
        properties: text(thread.properties),
        thread_context: text(thread.thread_context),
        comments: thread.comments.into_iter().map(comment).collect(),
        extra: extra(thread.extra),
    }
}

fn comment(comment: Comment) -> v1::PullRequestComment {
    v1::PullRequestComment {
        id: comment.id,
        parent_comment_id: comment.parent_comment_id.unwrap_or_default(),
        author: identity(comment.author),
        content: text(comment.content),
        comment_type: text(comment.comment_type),
        is_deleted: comment.is_deleted.unwrap_or_default(),
        published_date: time(comment.published_date),
        last_updated_date: time(comment.last_updated_date),
        last_content_updated_date: time(comment.last_content_updated_date),
        likes: comment.likes,
    }
}
