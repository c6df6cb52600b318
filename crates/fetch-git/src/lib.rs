#![doc = include_str!("../README.md")]

mod commits;
mod pull_request_descriptions;
mod pull_request_threads;
mod pull_requests;
mod refs;
mod repositories;

use fetch::Readers;

/// What this fetcher reads.
pub fn readers() -> Readers {
    Readers::default()
        .listing(repositories::Repositories)
        .listing(refs::Refs)
        .listing(commits::Commits)
        .listing(pull_requests::PullRequests)
        .detail(pull_request_threads::PullRequestThreads)
        .detail(pull_request_descriptions::PullRequestDescriptions)
}
