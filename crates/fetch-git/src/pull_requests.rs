//! Reads the pull requests of a project.

use azdo::{Order, Page, Pages, PullRequest, Reviewer};
use fetch::{
    Context, Listing,
    convert::{extra, id, identity, text, time},
};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wire::proto::git::v1;

/// Those that closed are asked for from so long before the cursor.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);

/// Since when pull requests that closed have to be read: when the last whole run began, by Azure DevOps' clock.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ClosedSince {
    time: Option<Timestamp>,
    /// When this run began.
    #[serde(skip)]
    began: Option<Timestamp>,
}

/// Reads the pull requests of a project: all at first, then those that are active, and those that closed since. There is
/// no filter by change (PITFALLS 15), so the active ones are read in every run.
#[derive(Debug)]
pub(crate) struct PullRequests;

impl Listing for PullRequests {
    type Cursor = ClosedSince;
    type Item = PullRequest;
    type Record = v1::PullRequest;

    fn pages(&self, context: &Context, since: &ClosedSince) -> Pages<PullRequest> {
        let project = context.scope.project.unwrap_or_default();
        let listing = || context.azdo.pull_requests(project);
        match since.time {
            None => listing().all().pages(),
            Some(time) => {
                let time = time.saturating_sub(OVERLAP).unwrap_or(time);
                let active = listing().active().pages();
                Pages::new(
                    Order::NewestFirst,
                    active.chain(listing().closed_since(time).pages()),
                )
            }
        }
    }

    fn record(&self, context: &Context, found: PullRequest) -> v1::PullRequest {
        v1::PullRequest {
            pull_request_id: found.pull_request_id,
            repository_id: id(found.repository_id),
            project_id: context.scope.project_id(),
            code_review_id: found.code_review_id,
            status: text(found.status),
            title: text(found.title),
            description: text(found.description),
            is_draft: found.is_draft.unwrap_or_default(),
            created_by: identity(found.created_by),
            creation_date: time(found.creation_date),
            closed_by: identity(found.closed_by),
            closed_date: time(found.closed_date),
            source_ref_name: text(found.source_ref_name),
            target_ref_name: text(found.target_ref_name),
            merge_status: text(found.merge_status),
            merge_id: id(found.merge_id),
            last_merge_source_commit_id: text(found.last_merge_source_commit_id),
            last_merge_target_commit_id: text(found.last_merge_target_commit_id),
            last_merge_commit_id: text(found.last_merge_commit_id),
            completion_options_merge_strategy: text(found.merge_strategy),
            completion_options: text(found.completion_options),
            auto_complete_set_by: identity(found.auto_complete_set_by),
            supports_iterations: found.supports_iterations.unwrap_or_default(),
            reviewers: found.reviewers.into_iter().map(reviewer).collect(),
            labels: found
                .labels
                .into_iter()
                .filter_map(|label| label.name)
                .collect(),
            url: text(found.url),
            extra: extra(found.extra),
        }
    }

    fn advance(&self, since: ClosedSince, page: &Page<PullRequest>) -> ClosedSince {
        let began = since.began.unwrap_or(page.observed_at);
        ClosedSince {
            time: Some(began),
            began: Some(began),
        }
    }
}

fn reviewer(reviewer: Reviewer) -> v1::PullRequestReviewer {
    let who = reviewer.identity;
    v1::PullRequestReviewer {
        id: id(who.id),
        display_name: text(who.display_name),
        unique_name: text(who.unique_name),
        vote: reviewer.vote.unwrap_or_default(),
        is_required: reviewer.is_required.unwrap_or_default(),
        is_container: who.is_container.unwrap_or_default(),
        has_declined: reviewer.has_declined.unwrap_or_default(),
        is_flagged: reviewer.is_flagged.unwrap_or_default(),
        voted_for: reviewer.voted_for.iter().map(ToString::to_string).collect(),
    }
}
