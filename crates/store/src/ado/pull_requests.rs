//! A pull request as its list shows it.

use wire::proto::git::v1::{PullRequest, PullRequestReviewer};

use crate::table::{Column, List, Table};

/// The rows of `pull_requests`.
pub(crate) static PULL_REQUESTS: Table<PullRequest> = Table {
    name: "ado.pull_requests",
    key: &["pull_request_id"],
    columns: &[
        Column::int8("pull_request_id", |pull_request| {
            Some(pull_request.pull_request_id)
        }),
        Column::uuid("repository_id", |pull_request| &pull_request.repository_id),
        Column::uuid("project_id", |pull_request| &pull_request.project_id),
        Column::int8("code_review_id", |pull_request| pull_request.code_review_id),
        Column::text("status", |pull_request| &pull_request.status),
        Column::text("title", |pull_request| &pull_request.title),
        Column::text("description", |pull_request| &pull_request.description),
        Column::bool("is_draft", |pull_request| Some(pull_request.is_draft)),
        Column::identity("created_by", |pull_request| {
            pull_request.created_by.as_ref()
        }),
        Column::time("creation_date", |pull_request| {
            pull_request.creation_date.as_ref()
        }),
        Column::identity("closed_by", |pull_request| pull_request.closed_by.as_ref()),
        Column::time("closed_date", |pull_request| {
            pull_request.closed_date.as_ref()
        }),
        Column::text("source_ref_name", |pull_request| {
            &pull_request.source_ref_name
        }),
        Column::text("target_ref_name", |pull_request| {
            &pull_request.target_ref_name
        }),
        Column::text("merge_status", |pull_request| &pull_request.merge_status),
        Column::text("merge_id", |pull_request| &pull_request.merge_id),
        Column::text("last_merge_source_commit_id", |pull_request| {
            &pull_request.last_merge_source_commit_id
        }),
        Column::text("last_merge_target_commit_id", |pull_request| {
            &pull_request.last_merge_target_commit_id
        }),
        Column::text("last_merge_commit_id", |pull_request| {
            &pull_request.last_merge_commit_id
        }),
        Column::text("completion_options_merge_strategy", |pull_request| {
            &pull_request.completion_options_merge_strategy
        }),
        Column::json("completion_options", |pull_request| {
            &pull_request.completion_options
        }),
        Column::identity("auto_complete_set_by", |pull_request| {
            pull_request.auto_complete_set_by.as_ref()
        }),
        Column::bool("supports_iterations", |pull_request| {
            Some(pull_request.supports_iterations)
        }),
        Column::names("labels", |pull_request| &pull_request.labels),
        Column::text("url", |pull_request| &pull_request.url),
        Column::json("extra", |pull_request| &pull_request.extra),
    ],
    children: &[&PULL_REQUEST_REVIEWERS],
    ..Table::PLAIN
};

static PULL_REQUEST_REVIEWERS: List<PullRequest, PullRequestReviewer> = List {
    table: "ado.pull_request_reviewers",
    field: "reviewers",
    items: |pull_request| &pull_request.reviewers,
    columns: &[
        Column::text("id", |reviewer| &reviewer.id),
        Column::text("display_name", |reviewer| &reviewer.display_name),
        Column::text("unique_name", |reviewer| &reviewer.unique_name),
        Column::int8("vote", |reviewer| Some(reviewer.vote)),
        Column::bool("is_required", |reviewer| Some(reviewer.is_required)),
        Column::bool("is_container", |reviewer| Some(reviewer.is_container)),
        Column::bool("has_declined", |reviewer| Some(reviewer.has_declined)),
        Column::bool("is_flagged", |reviewer| Some(reviewer.is_flagged)),
        Column::names("voted_for", |reviewer| &reviewer.voted_for),
    ],
    children: &[],
    link: None,
};
