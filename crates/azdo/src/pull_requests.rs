//! Pull requests of all repositories of a project.

use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::dates::parameter;
use crate::error::Error;
use crate::identity::Identity;
use crate::json::{Item, Object};
use crate::paging::{Order, Pages, Skip, by_skip};
use crate::request::Request;

/// Lists cut descriptions at this many UTF-16 units.
const DESCRIPTION: usize = 400;

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Unique in the organization.
    pub pull_request_id: i64,
    /// The id of its review; mostly the same.
    pub code_review_id: Option<i64>,
    /// Where it wants to be merged.
    pub repository_id: Option<Uuid>,
    /// The repository's current name.
    pub repository_name: Option<String>,
    /// The repository's project.
    pub project_id: Option<Uuid>,
    /// `active`, `completed`, `abandoned`; abandoned ones can be reactivated.
    pub status: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its description; cut at 400 characters in lists.
    pub description: Option<String>,
    /// Not yet meant to be merged.
    pub is_draft: Option<bool>,
    /// Who made it.
    pub created_by: Option<Identity>,
    /// When it was made.
    pub creation_date: Option<Timestamp>,
    /// Who merged or abandoned it.
    pub closed_by: Option<Identity>,
    /// When it was merged or abandoned.
    pub closed_date: Option<Timestamp>,
    /// The branch with the changes.
    pub source_ref_name: Option<String>,
    /// The branch to be changed.
    pub target_ref_name: Option<String>,
    /// `notSet`, `queued`, `conflicts`, `succeeded`, `rejectedByPolicy`, `failure`.
    pub merge_status: Option<String>,
    /// The id of the last try to merge.
    pub merge_id: Option<Uuid>,
    /// Tip of the source at the last try to merge; absent for conflicts or old ones.
    pub last_merge_source_commit_id: Option<String>,
    /// Tip of the target at the last try to merge.
    pub last_merge_target_commit_id: Option<String>,
    /// The merge: while it is active only a trial, and no merge.
    pub last_merge_commit_id: Option<String>,
    /// When its completion was ordered.
    pub completion_queue_time: Option<Timestamp>,
    /// `noFastForward`, `squash`, `rebase`, `rebaseMerge`.
    pub merge_strategy: Option<String>,
    /// How it is to be completed: a JSON object.
    pub completion_options: Option<String>,
    /// Who ordered it to be completed as soon as it may be.
    pub auto_complete_set_by: Option<Identity>,
    /// The repository that it comes from, where that is a fork.
    pub fork_repository_id: Option<Uuid>,
    /// Whether each push makes an iteration.
    pub supports_iterations: Option<bool>,
    /// Who is asked for a vote, and what they voted.
    pub reviewers: Vec<Reviewer>,
    /// Its labels.
    pub labels: Vec<PullRequestLabel>,
    /// Work items; only of a single read.
    pub work_item_ids: Vec<i64>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// A person or team that is asked for a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Who.
    pub identity: Identity,
    /// 10 approved, 5 with suggestions, 0 none, -5 waits for the author, -10 rejected.
    pub vote: Option<i64>,
    /// Whether it cannot be merged without this vote.
    pub is_required: Option<bool>,
    /// Whether the vote was refused.
    pub has_declined: Option<bool>,
    /// Whether it was flagged for attention.
    pub is_flagged: Option<bool>,
    /// The teams that this vote counts for.
    pub voted_for: Vec<Uuid>,
}

/// A label of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequestLabel {
    /// Of the label in the project.
    pub id: Option<Uuid>,
    /// Its text.
    pub name: Option<String>,
    /// Whether it is still in use.
    pub active: Option<bool>,
}

impl PullRequest {
    /// Whether a list may have cut the description, so that only a single read gives all of it.
    pub fn description_may_be_cut(&self) -> bool {
        let length = |text: &String| text.encode_utf16().count();
        self.description.as_ref().map_or(0, length) >= DESCRIPTION
    }
}

impl Item for PullRequest {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut repository = object.nested("repository");
        let repository = repository.as_mut();
        let (repository_id, repository_name, project_id) = match repository {
            Some(repository) => (
                repository.uuid("id"),
                repository.text("name"),
                repository
                    .nested("project")
                    .and_then(|mut project| project.uuid("id")),
            ),
            None => (None, None, None),
        };
        let mut options = object.look_into("completionOptions");
        let fork = object.look_into("forkSource");
        let fork = fork.and_then(|mut fork| fork.nested("repository"));
        Ok(Self {
            pull_request_id: object.key_int("pullRequestId")?,
            code_review_id: object.int("codeReviewId"),
            repository_id,
            repository_name,
            project_id,
            status: object.text("status"),
            title: object.text("title"),
            description: object.text("description"),
            is_draft: object.bool("isDraft"),
            created_by: object.identity("createdBy"),
            creation_date: object.time("creationDate"),
            closed_by: object.identity("closedBy"),
            closed_date: object.time("closedDate"),
            source_ref_name: object.text("sourceRefName"),
            target_ref_name: object.text("targetRefName"),
            merge_status: object.text("mergeStatus"),
            merge_id: object.uuid("mergeId"),
            last_merge_source_commit_id: commit_id(&mut object, "lastMergeSourceCommit"),
            last_merge_target_commit_id: commit_id(&mut object, "lastMergeTargetCommit"),
            last_merge_commit_id: commit_id(&mut object, "lastMergeCommit"),
            completion_queue_time: object.time("completionQueueTime"),
            merge_strategy: options.as_mut().and_then(|all| all.text("mergeStrategy")),
            completion_options: object.json("completionOptions"),
            auto_complete_set_by: object.identity("autoCompleteSetBy"),
            fork_repository_id: fork.and_then(|mut fork| fork.uuid("id")),
            supports_iterations: object.bool("supportsIterations"),
            reviewers: object.items("reviewers"),
            labels: object.items("labels"),
            work_item_ids: object
                .items("workItemRefs")
                .into_iter()
                .filter_map(|Reference(id)| id)
                .collect(),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

fn commit_id(object: &mut Object<'_>, name: &str) -> Option<String> {
    object.nested(name)?.text("commitId")
}

impl Item for Reviewer {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            identity: Identity::from_object(&mut object),
            vote: object.int("vote"),
            is_required: object.bool("isRequired"),
            has_declined: object.bool("hasDeclined"),
            is_flagged: object.bool("isFlagged"),
            voted_for: object
                .items("votedFor")
                .into_iter()
                .filter_map(|Team(id)| id)
                .collect(),
        })
    }
}

impl Item for PullRequestLabel {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            id: object.uuid("id"),
            name: object.text("name"),
            active: object.bool("active"),
        })
    }
}

struct Reference(Option<i64>);

impl Item for Reference {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self(object.int("id")))
    }
}

struct Team(Option<Uuid>);

impl Item for Team {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self(object.uuid("id")))
    }
}

/// A listing of pull requests. There is no filter for "changed since": the active ones are read
/// each time, the others by when they were closed.
#[derive(Clone, Debug)]
pub struct PullRequests {
    client: Client,
    request: Request,
    overlap: usize,
}

impl Client {
    /// Pull requests of a project: all of them, if nothing else is said.
    pub fn pull_requests(&self, project: Uuid) -> PullRequests {
        let request = Request::get("{project}/_apis/git/pullrequests", &[&project.to_string()])
            .with("searchCriteria.status", "all");
        PullRequests {
            client: self.clone(),
            request,
            overlap: 0,
        }
    }

    /// One pull request, with its whole description and its work items.
    pub async fn pull_request(
        &self,
        project: Uuid,
        repository: Uuid,
        id: i64,
    ) -> Result<Option<PullRequest>, Error> {
        let request = Request::get(
            "{project}/_apis/git/repositories/{repository}/pullrequests/{id}",
            &[
                &project.to_string(),
                &repository.to_string(),
                &id.to_string(),
            ],
        )
        .with("includeWorkItemRefs", true);
        self.find(&request).await
    }
}

impl PullRequests {
    /// Only those that can still change.
    #[must_use]
    pub fn active(mut self) -> Self {
        self.request.set("searchCriteria.status", "active");
        // What is merged while we read moves all others up by one.
        self.overlap = 20;
        self
    }

    /// In every state.
    #[must_use]
    pub fn all(mut self) -> Self {
        self.request.set("searchCriteria.status", "all");
        self
    }

    /// Only those that were merged or abandoned then or later.
    #[must_use]
    pub fn closed_since(self, time: Timestamp) -> Self {
        self.since("closed", time)
    }

    /// Only those that were made then or later.
    #[must_use]
    pub fn created_since(self, time: Timestamp) -> Self {
        self.since("created", time)
    }

    fn since(mut self, what: &str, time: Timestamp) -> Self {
        self.request.set("searchCriteria.queryTimeRangeType", what);
        self.request.set("searchCriteria.minTime", parameter(time));
        self
    }

    /// The pages, newest first.
    pub fn pages(self) -> Pages<PullRequest> {
        let skip = Skip {
            top: 1000,
            overlap: self.overlap,
            ..Skip::default()
        };
        let key = |found: &PullRequest| found.pull_request_id.to_string();
        by_skip(self.client, self.request, Order::NewestFirst, skip, key)
    }
}
