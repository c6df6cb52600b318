//! The ground truth of this domain, told from the repositories themselves and from the world, never from answers.

use serde_json::{Map, Value, json};

use super::{
    Actor, GitWorld,
    log::{self, Logged},
    pull_request::{PullRequest, Reviewer},
    repository::Repository,
    serve_refs,
    thread::{Comment, Event, Thread},
};
use crate::{
    date,
    organization::{Organization, User},
    truth::Rows,
    world::World,
};

pub(super) const REPOSITORIES: &str = "repositories";
pub(super) const REFS: &str = "refs";
pub(super) const COMMITS: &str = "commits";
pub(super) const PULL_REQUESTS: &str = "pull_requests";
pub(super) const THREADS: &str = "pull_request_threads";
pub(super) const DESCRIPTIONS: &str = "pull_request_descriptions";

/// The entities of this domain.
pub const ENTITIES: &[&str] = &[
    REPOSITORIES,
    REFS,
    COMMITS,
    PULL_REQUESTS,
    THREADS,
    DESCRIPTIONS,
];

/// Tells the rows of an entity.
///
/// A deleted repository has no rows, nor has anything in it. What is in a disabled one stays as it was when it could
/// still be read; where nobody ever could, there is nothing.
pub fn truth(world: &World, reader: &User, entity: &str, rows: Rows<'_>) -> bool {
    if !ENTITIES.contains(&entity) {
        return false;
    }
    let git = &world.git;
    let seen = git
        .repositories
        .iter()
        .filter(|repository| repository.exists() && reader.reads(repository.project));
    for repository in seen {
        if entity == REPOSITORIES {
            rows(repository_row(&world.organization, repository));
        } else if repository.readable_once() {
            below(world, repository, entity, rows);
        }
    }
    true
}

/// The rows of what is in a repository.
fn below(world: &World, repository: &Repository, entity: &str, rows: Rows<'_>) {
    let (organization, git) = (&world.organization, &world.git);
    if entity == REFS {
        for reference in repository.branches_and_tags() {
            rows(ref_row(organization, git, repository, reference));
        }
    }
    if entity == COMMITS {
        commits(git, repository, rows);
    }
    for found in git.pull_requests_of(repository.id) {
        match entity {
            PULL_REQUESTS => rows(pull_request_row(organization, repository, found)),
            THREADS => rows(threads_row(repository, found)),
            DESCRIPTIONS if found.may_be_cut() => rows(description_row(repository, found)),
            _ => {}
        }
    }
}

fn repository_row(organization: &Organization, repository: &Repository) -> Value {
    let project = organization.project_by_id(repository.project);
    let addresses = project.map(|project| repository.remote_urls(organization, project));
    let (https, ssh) = addresses.unzip();
    json!({
        "id": repository.id,
        "project_id": repository.project,
        "project_name": project.map(|project| &project.name),
        "name": repository.name,
        "default_branch": repository.default_branch,
        "size": repository.size,
        "remote_url": https,
        "ssh_url": ssh,
        "web_url": https,
        "is_disabled": repository.disabled,
        "is_fork": repository.fork_of.is_some(),
        "is_in_maintenance": false,
        "url": repository.url(&organization.link()),
    })
}

fn ref_row(
    organization: &Organization,
    git: &GitWorld,
    repository: &Repository,
    reference: &log::Reference,
) -> Value {
    let mut row = keys(repository);
    row.insert("name".to_owned(), json!(reference.name));
    row.insert("object_id".to_owned(), json!(reference.object));
    row.insert("peeled_object_id".to_owned(), json!(reference.peeled));
    row.insert(
        "creator".to_owned(),
        serve_refs::creator(git, reference).stored(),
    );
    row.insert(
        "is_locked".to_owned(),
        json!(serve_refs::is_locked(reference)),
    );
    row.insert(
        "url".to_owned(),
        json!(serve_refs::url(repository, reference, &organization.link())),
    );
    Value::Object(row)
}

/// Everything that branches and tags reach.
fn commits(git: &GitWorld, repository: &Repository, rows: Rows<'_>) {
    if repository.branches_and_tags().next().is_none() {
        return;
    }
    match log::commits(
        &git.workshop,
        &repository.directory,
        &["--branches", "--tags"],
    ) {
        Ok(commits) => commits
            .iter()
            .for_each(|commit| rows(commit_row(repository, commit))),
        Err(error) => tracing::error!(
            "failed to read the commits of {}: {error:#}",
            repository.name
        ),
    }
}

fn commit_row(repository: &Repository, commit: &Logged) -> Value {
    let at = |seconds| date::stored(jiff::Timestamp::from_second(seconds).unwrap_or_default());
    let files = commit.files.iter().map(|file| {
        json!({
            "path": file.path,
            "old_path": file.old_path,
            "lines_added": file.lines.map(|(added, _)| added),
            "lines_deleted": file.lines.map(|(_, deleted)| deleted),
        })
    });
    let lines = || commit.files.iter().filter_map(|file| file.lines);
    json!({
        "repository_id": repository.id,
        "project_id": repository.project,
        "commit_id": commit.id,
        "parents": commit.parents,
        "tree_id": commit.tree,
        "author_name": commit.author.name,
        "author_email": commit.author.email,
        "author_date": at(commit.author.at),
        "committer_name": commit.committer.name,
        "committer_email": commit.committer.email,
        "committer_date": at(commit.committer.at),
        // Git ends every message with a line feed of its own.
        "comment": commit.message.trim_end_matches('\n'),
        "files_changed": commit.files.len(),
        "lines_added": lines().map(|(added, _)| added).sum::<i64>(),
        "lines_deleted": lines().map(|(_, deleted)| deleted).sum::<i64>(),
        "files": files.collect::<Vec<_>>(),
    })
}

fn pull_request_row(
    organization: &Organization,
    repository: &Repository,
    found: &PullRequest,
) -> Value {
    let mut row = keys(repository);
    let mut put = |name: &str, value: Value| drop(row.insert(name.to_owned(), value));
    put("pull_request_id", json!(found.id));
    put("code_review_id", json!(found.id));
    put("status", json!(found.status.word()));
    put("title", json!(found.title));
    put("description", json!(found.listed_description()));
    put("is_draft", json!(found.is_draft));
    put("creation_date", json!(date::stored(found.created)));
    put("closed_date", json!(found.closed.map(date::stored)));
    put("source_ref_name", json!(found.source));
    put("target_ref_name", json!(found.target));
    put("merge_status", json!(found.merge_status));
    put("merge_id", json!(found.merge_id));
    put("last_merge_source_commit_id", json!(found.source_commit));
    put("last_merge_target_commit_id", json!(found.target_commit));
    put("last_merge_commit_id", json!(found.merge_commit));
    put(
        "completion_options_merge_strategy",
        json!(
            found
                .completion
                .as_ref()
                .map(|completion| completion.strategy)
        ),
    );
    put(
        "completion_options",
        json!(
            found
                .completion
                .as_ref()
                .map(super::pull_request::Completion::json)
        ),
    );
    put("supports_iterations", json!(found.supports_iterations));
    put("reviewers", found.reviewers.iter().map(reviewer).collect());
    put(
        "labels",
        found.labels.iter().map(|(_, name)| json!(name)).collect(),
    );
    put("url", json!(found.url(&organization.link(), repository)));
    put("created_by", found.created_by.stored());
    put("closed_by", stored(found.closed_by.as_ref()));
    put(
        "auto_complete_set_by",
        stored(found.auto_complete_set_by.as_ref()),
    );
    Value::Object(row)
}

fn reviewer(reviewer: &Reviewer) -> Value {
    json!({
        "id": reviewer.who.id,
        "display_name": reviewer.who.display_name,
        "unique_name": reviewer.who.unique_name,
        "vote": reviewer.vote,
        "is_required": reviewer.is_required,
        "is_container": reviewer.who.is_container,
        "has_declined": reviewer.has_declined,
        "is_flagged": reviewer.is_flagged,
        "voted_for": reviewer.voted_for.iter().map(|(team, _)| team.id).collect::<Vec<_>>(),
    })
}

fn threads_row(repository: &Repository, found: &PullRequest) -> Value {
    let mut row = keys(repository);
    row.insert("pull_request_id".to_owned(), json!(found.id));
    row.insert(
        "threads".to_owned(),
        found.threads.iter().map(thread).collect(),
    );
    Value::Object(row)
}

fn thread(thread: &Thread) -> Value {
    let vote = match &thread.event {
        Some(Event::Vote { by, vote }) => Some((by, vote)),
        _ => None,
    };
    json!({
        "id": thread.id,
        "status": thread.status,
        "is_deleted": thread.is_deleted,
        "published_date": date::stored(thread.published),
        "last_updated_date": date::stored(thread.updated),
        "type": thread.event.as_ref().map(Event::kind),
        "vote_result": vote.map(|(_, vote)| vote.to_string()),
        "voted_by_identity": vote.map(|(by, _)| by.id),
        "file_path": thread.place.as_ref().map(|place| &place.path),
        "right_file_start_line": thread.place.as_ref().map(|place| place.line),
        "properties": thread.properties(),
        "thread_context": thread.context(),
        "comments": thread.comments.iter().map(comment).collect::<Vec<_>>(),
    })
}

fn comment(comment: &Comment) -> Value {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| drop(row.insert(name.to_owned(), value));
    put("id", json!(comment.id));
    put("parent_comment_id", json!(comment.parent));
    put("content", json!(comment.content));
    put("comment_type", json!(comment.kind));
    put("is_deleted", json!(comment.content.is_none()));
    put("published_date", json!(date::stored(comment.published)));
    put("last_updated_date", json!(date::stored(comment.updated)));
    put(
        "last_content_updated_date",
        json!(date::stored(comment.content_updated)),
    );
    put("likes", json!(comment.likes.len()));
    put("author", comment.author.stored());
    Value::Object(row)
}

fn description_row(repository: &Repository, found: &PullRequest) -> Value {
    let mut row = keys(repository);
    row.insert("pull_request_id".to_owned(), json!(found.id));
    row.insert("description".to_owned(), json!(found.description));
    Value::Object(row)
}

fn keys(repository: &Repository) -> Map<String, Value> {
    let keys = [
        ("repository_id", json!(repository.id)),
        ("project_id", json!(repository.project)),
    ];
    keys.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// An identity that may be nobody.
pub(crate) fn stored(who: Option<&Actor>) -> Value {
    who.map_or(Value::Null, |who| who.stored())
}
