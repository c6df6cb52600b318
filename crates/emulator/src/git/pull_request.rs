//! A pull request and how the service shows it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Actor,
    repository::{Detail, Repository},
    thread::Thread,
};
use crate::{
    date,
    json::lone_surrogate,
    organization::{Organization, Project},
};

/// Where lists cut a description, in UTF-16 units as the service counts.
pub(super) const DESCRIPTION_CUT: usize = 400;

/// The state of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Active,
    Abandoned,
    Completed,
}

/// A pull request.
#[derive(Clone, Debug)]
pub(super) struct PullRequest {
    pub id: i64,
    pub repository: Uuid,
    pub status: Status,
    pub title: String,
    pub description: String,
    pub is_draft: bool,
    pub created_by: Actor,
    pub created: Timestamp,
    pub closed_by: Option<Actor>,
    pub closed: Option<Timestamp>,
    pub source: String,
    pub target: String,
    pub merge_status: &'static str,
    pub merge_id: Uuid,
    pub source_commit: Option<String>,
    pub target_commit: Option<String>,
    pub merge_commit: Option<String>,
    pub reviewers: Vec<Reviewer>,
    pub labels: Vec<(Uuid, String)>,
    pub completion: Option<Completion>,
    pub auto_complete_set_by: Option<Actor>,
    pub supports_iterations: bool,
    pub work_items: Vec<i64>,
    /// Its commits, oldest first.
    pub commits: Vec<String>,
    pub threads: Vec<Thread>,
}

/// A reviewer and its vote.
#[derive(Clone, Debug)]
pub(super) struct Reviewer {
    pub who: Actor,
    pub vote: i64,
    pub is_required: bool,
    pub has_declined: bool,
    pub is_flagged: bool,
    /// Teams that this vote counts for.
    pub voted_for: Vec<(Actor, i64)>,
}

/// How it is to be, or was, completed.
#[derive(Clone, Debug)]
pub(super) struct Completion {
    pub strategy: &'static str,
    pub delete_source_branch: bool,
    pub message: String,
}

impl Status {
    /// The service's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Abandoned => "abandoned",
            Self::Completed => "completed",
        }
    }
}

impl Completion {
    /// The answer's object.
    pub(super) fn json(&self) -> Value {
        let mut options = json!({
            "mergeCommitMessage": self.message,
            "mergeStrategy": self.strategy,
            "transitionWorkItems": true,
            "autoCompleteIgnoreConfigIds": [],
        });
        if let (true, Value::Object(members)) = (self.delete_source_branch, &mut options) {
            members.insert("deleteSourceBranch".to_owned(), Value::Bool(true));
        }
        options
    }
}

impl PullRequest {
    /// The description as lists have it, which may end with half a character.
    pub(super) fn listed_description(&self) -> String {
        cut(&self.description)
    }

    /// True where a reader of the list cannot know whether there is more.
    pub(super) fn may_be_cut(&self) -> bool {
        units(&self.description) >= DESCRIPTION_CUT
    }

    /// The address in the REST API.
    pub(super) fn url(&self, link: &str, repository: &Repository) -> String {
        format!("{}/pullRequests/{}", repository.url(link), self.id)
    }

    /// The answer's object.
    pub(super) fn json(
        &self,
        organization: &Organization,
        project: &Project,
        repository: &Repository,
        detail: Detail,
    ) -> Value {
        let link = &organization.link();
        let url = self.url(link, repository);
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("repository", repository.json(organization, project, detail));
        put("pullRequestId", json!(self.id));
        put("codeReviewId", json!(self.id));
        put("status", json!(self.status.word()));
        put("createdBy", self.created_by.reference(link));
        put("creationDate", json!(date::sent(self.created)));
        if let Some(closed) = self.closed {
            put("closedDate", json!(date::sent(closed)));
        }
        if let Some(by) = &self.closed_by {
            put("closedBy", by.reference(link));
        }
        put("title", json!(self.title));
        let whole = detail == Detail::Whole;
        // An empty description is left out, as it is never stored.
        if !self.description.is_empty() {
            let description = if whole {
                self.description.clone()
            } else {
                self.listed_description()
            };
            put("description", json!(description));
        }
        put("sourceRefName", json!(self.source));
        put("targetRefName", json!(self.target));
        put("mergeStatus", json!(self.merge_status));
        put("isDraft", json!(self.is_draft));
        put("mergeId", json!(self.merge_id));
        for (name, commit) in [
            ("lastMergeSourceCommit", &self.source_commit),
            ("lastMergeTargetCommit", &self.target_commit),
            ("lastMergeCommit", &self.merge_commit),
        ] {
            if let Some(commit) = commit {
                put(
                    name,
                    json!({ "commitId": commit, "url": format!("{}/commits/{commit}", repository.url(link)) }),
                );
            }
        }
        put(
            "reviewers",
            self.reviewers
                .iter()
                .map(|reviewer| reviewer.json(link, &url))
                .collect(),
        );
        if !self.labels.is_empty() {
            let label =
                |(id, name): &(Uuid, String)| json!({ "id": id, "name": name, "active": true });
            put("labels", self.labels.iter().map(label).collect());
        }
        put("url", json!(url));
        if let Some(completion) = &self.completion {
            put("completionOptions", completion.json());
        }
        put("supportsIterations", json!(self.supports_iterations));
        if let (Status::Completed, Some(closed)) = (self.status, self.closed) {
            put("completionQueueTime", json!(date::sent(closed)));
        }
        if let Some(by) = &self.auto_complete_set_by {
            put("autoCompleteSetBy", by.reference(link));
        }
        if whole {
            put("_links", links(&url, &repository.url(link)));
            put("artifactId", json!(self.artifact(project.id)));
        }
        Value::Object(members)
    }

    /// The name by which work items link to it.
    pub(super) fn artifact(&self, project: Uuid) -> String {
        format!(
            "vstfs:///Git/PullRequestId/{project}%2f{}%2f{}",
            self.repository, self.id
        )
    }
}

impl Reviewer {
    /// The answer's object.
    pub(super) fn json(&self, link: &str, pull_request: &str) -> Value {
        let mut reviewer = self.who.reference(link);
        let teams = self.voted_for.iter().map(|(team, vote)| {
            let mut object = team.reference(link);
            if let Value::Object(members) = &mut object {
                members.insert(
                    "reviewerUrl".to_owned(),
                    json!(format!("{pull_request}/reviewers/{}", team.id)),
                );
                members.insert("vote".to_owned(), json!(vote));
            }
            object
        });
        let teams = teams.collect::<Vec<_>>();
        if let Value::Object(members) = &mut reviewer {
            let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
            put(
                "reviewerUrl",
                json!(format!("{pull_request}/reviewers/{}", self.who.id)),
            );
            put("vote", json!(self.vote));
            put("hasDeclined", json!(self.has_declined));
            put("isFlagged", json!(self.is_flagged));
            if self.is_required {
                put("isRequired", json!(true));
            }
            if !teams.is_empty() {
                put("votedFor", Value::Array(teams));
            }
        }
        reviewer
    }
}

fn links(url: &str, repository: &str) -> Value {
    json!({
        "self": { "href": url },
        "repository": { "href": repository },
        "workItems": { "href": format!("{url}/workitems") },
        "sourceBranch": { "href": format!("{repository}/refs") },
        "targetBranch": { "href": format!("{repository}/refs") },
        "statuses": { "href": format!("{url}/statuses") },
        "iterations": { "href": format!("{url}/iterations") },
    })
}

/// The length as .NET counts. A stand-in of a lone surrogate is one unit there.
fn units(text: &str) -> usize {
    text.chars().map(width).sum()
}

fn width(character: char) -> usize {
    if is_stand_in(character) {
        1
    } else {
        character.len_utf16()
    }
}

fn is_stand_in(character: char) -> bool {
    (lone_surrogate(0xD800)..=lone_surrogate(0xDFFF)).contains(&character)
}

fn cut(text: &str) -> String {
    let mut left = DESCRIPTION_CUT;
    let mut kept = String::new();
    for character in text.chars() {
        let needed = width(character);
        if needed > left {
            // A pair that straddles the cut leaves its first half.
            if left == 1 {
                let mut pair = [0; 2];
                kept.push(lone_surrogate(character.encode_utf16(&mut pair)[0]));
            }
            break;
        }
        kept.push(character);
        left -= needed;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_cut_as_dotnet_counts() {
        for (given, expected) in [
            ("short".to_owned(), "short".to_owned()),
            ("x".repeat(400), "x".repeat(400)),
            ("x".repeat(401), "x".repeat(400)),
            ("😀".repeat(300), "😀".repeat(200)),
            (
                format!("{}😀", "x".repeat(399)),
                format!("{}{}", "x".repeat(399), lone_surrogate(0xD83D)),
            ),
            (
                format!("{}{}y", "x".repeat(399), lone_surrogate(0xDE00)),
                format!("{}{}", "x".repeat(399), lone_surrogate(0xDE00)),
            ),
        ] {
            assert_eq!(cut(&given), expected);
        }
    }
}
