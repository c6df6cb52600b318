//! All threads of one pull request: comments and system events.

use wire::proto::git::v1::{PullRequestComment, PullRequestThread, PullRequestThreads};

use crate::table::{Column, Link, List, Table};

/// The rows of `pull_request_threads`.
pub(crate) static PULL_REQUEST_THREADS: Table<PullRequestThreads> = Table {
    name: "ado.pull_request_discussions",
    key: &["pull_request_id"],
    columns: &[
        Column::int8("pull_request_id", |discussion| {
            Some(discussion.pull_request_id)
        }),
        Column::uuid("repository_id", |discussion| &discussion.repository_id),
        Column::uuid("project_id", |discussion| &discussion.project_id),
    ],
    children: &[&THREADS],
    ..Table::PLAIN
};

static PULL_REQUEST_COMMENTS: List<PullRequestThread, PullRequestComment> = List {
    table: "ado.pull_request_comments",
    field: "comments",
    items: |thread| &thread.comments,
    columns: &[
        Column::int8("id", |comment| Some(comment.id)),
        Column::int8("parent_comment_id", |comment| {
            Some(comment.parent_comment_id)
        }),
        Column::identity("author", |comment| comment.author.as_ref()),
        Column::text("content", |comment| &comment.content),
        Column::text("comment_type", |comment| &comment.comment_type),
        Column::bool("is_deleted", |comment| Some(comment.is_deleted)),
        Column::time("published_date", |comment| comment.published_date.as_ref()),
        Column::time("last_updated_date", |comment| {
            comment.last_updated_date.as_ref()
        }),
        Column::time("last_content_updated_date", |comment| {
            comment.last_content_updated_date.as_ref()
        }),
        Column::int8("likes", |comment| Some(comment.likes)),
    ],
    children: &[],
    link: Some(Link {
        column: "thread_id",
        of: "id",
    }),
};

static THREADS: List<PullRequestThreads, PullRequestThread> = List {
    table: "ado.pull_request_threads",
    field: "threads",
    items: |discussion| &discussion.threads,
    columns: &[
        Column::int8("id", |thread| Some(thread.id)),
        Column::text("status", |thread| &thread.status),
        Column::bool("is_deleted", |thread| Some(thread.is_deleted)),
        Column::time("published_date", |thread| thread.published_date.as_ref()),
        Column::time("last_updated_date", |thread| {
            thread.last_updated_date.as_ref()
        }),
        Column::text("type", |thread| &thread.r#type),
        Column::text("vote_result", |thread| &thread.vote_result),
        Column::text("voted_by_identity", |thread| &thread.voted_by_identity),
        Column::text("file_path", |thread| &thread.file_path),
        Column::int8("right_file_start_line", |thread| {
            thread.right_file_start_line
        }),
        Column::json("properties", |thread| &thread.properties),
        Column::json("thread_context", |thread| &thread.thread_context),
        Column::json("extra", |thread| &thread.extra),
    ],
    children: &[&PULL_REQUEST_COMMENTS],
    link: None,
};
