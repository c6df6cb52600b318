//! One pull request and what is below it: all unpaged but its commits.

use serde_json::{Value, json};

use super::{
    changed_files::changed_files,
    log, missing, named,
    pull_request::{PullRequest, Status},
    repository::{Detail, Repository},
    serve_commits,
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    date,
    organization::Project,
    paging,
    refusal::Refusal,
    world::World,
};

/// A pull request with the places it is in.
struct Found<'w> {
    project: &'w Project,
    repository: &'w Repository,
    pull_request: &'w PullRequest,
}

/// The pull request of the path: ids are unique in the organization, and a path may name project and repository too.
fn find<'w>(context: &Context, world: &'w World) -> Result<Found<'w>, Refusal> {
    let id = context.parameter_number("pull_request")?;
    let scope = context.project(world)?;
    let within = match context.parameter("repository") {
        "" => None,
        name => {
            let (_, repository) = named(context, world)?;
            Some(repository)
                .filter(|repository| repository.open())
                .ok_or_else(|| missing(name))
                .map(Some)?
        }
    };
    let found = world
        .git
        .pull_requests
        .iter()
        .find(|pull_request| pull_request.id == id);
    let found = found.and_then(|pull_request| {
        let repository = world.git.repository(pull_request.repository)?;
        let project = world.organization.project_by_id(repository.project)?;
        let visible = repository.open() && context.covers(scope, project.id);
        let here = within.is_none_or(|within| within.id == repository.id);
        (visible && here).then_some(Found {
            project,
            repository,
            pull_request,
        })
    });
    found.ok_or_else(|| {
        Refusal::missing(
            "Microsoft.TeamFoundation.Git.Server.GitPullRequestNotFoundException",
            "Microsoft.TeamFoundation.Git.Server",
            &format!("TF401180: The requested pull request was not found. Id: {id}"),
        )
    })
}

/// The whole of it, with the uncut description.
pub(super) fn one(context: &Context) -> Reply {
    let world = context.world();
    let found = find(context, &world)?;
    let mut value = found.pull_request.json(
        &world.organization,
        found.project,
        found.repository,
        Detail::Whole,
    );
    let link = world.organization.link();
    if let Value::Object(members) = &mut value {
        if context.query.flag("includeWorkItemRefs") {
            members.insert(
                "workItemRefs".to_owned(),
                work_item_references(found.pull_request, &link),
            );
        }
        if context.query.flag("includeCommits") {
            let commits = commits_of(&world, &found)?;
            members.insert(
                "commits".to_owned(),
                commits.into_iter().take(100).collect(),
            );
        }
    }
    Ok(Answer::json(&value))
}

/// All threads.
pub(super) fn threads(context: &Context) -> Reply {
    let world = context.world();
    let found = find(context, &world)?;
    let link = world.organization.link();
    let url = found.pull_request.url(&link, found.repository);
    let threads = found
        .pull_request
        .threads
        .iter()
        .map(|thread| thread.json(&link, &url));
    Ok(Answer::list(&threads.collect::<Vec<_>>()))
}

/// One thread.
pub(super) fn thread(context: &Context) -> Reply {
    let world = context.world();
    let found = find(context, &world)?;
    let id = context.parameter_number("thread")?;
    let link = world.organization.link();
    let url = found.pull_request.url(&link, found.repository);
    let thread = found
        .pull_request
        .threads
        .iter()
        .find(|thread| thread.id == id);
    let thread =
        thread.ok_or_else(|| Refusal::invalid(&format!("The thread {id} does not exist.")))?;
    Ok(Answer::json(&thread.json(&link, &url)))
}

/// The pushes to it: here one a commit, as most people work.
pub(super) fn iterations(context: &Context) -> Reply {
    let world = context.world();
    let Found {
        pull_request,
        repository,
        ..
    } = find(context, &world)?;
    if !pull_request.supports_iterations {
        return Ok(Answer::list(&[]));
    }
    let link = world.organization.link();
    let commit = |id: &str| json!({ "commitId": id });
    let target = pull_request.target_commit.as_deref();
    let iterations = pull_request.commits.iter().zip(1..).map(|(head, number)| {
        let at = date::sent(pull_request.created);
        let mut value = json!({
            "id": number,
            "description": "",
            "author": pull_request.created_by.reference(&link),
            "createdDate": at,
            "updatedDate": at,
            "sourceRefCommit": commit(head),
            "targetRefCommit": target.map(commit),
            "commonRefCommit": target.map(commit),
            "hasMoreCommits": false,
            "reason": if number == 1 { "create" } else { "push" },
        });
        if let (true, Value::Object(members)) = (context.query.flag("includeCommits"), &mut value) {
            let url = format!("{}/commits/{head}", repository.url(&link));
            members.insert(
                "commits".to_owned(),
                json!([{ "commitId": head, "url": url }]),
            );
        }
        value
    });
    Ok(Answer::list(&iterations.collect::<Vec<_>>()))
}

/// The files of one iteration, against the target.
pub(super) fn iteration_changes(context: &Context) -> Reply {
    let world = context.world();
    let Found {
        pull_request,
        repository,
        ..
    } = find(context, &world)?;
    let number = usize::try_from(context.parameter_number("iteration")?).unwrap_or_default();
    let head = number
        .checked_sub(1)
        .and_then(|place| pull_request.commits.get(place));
    let head =
        head.ok_or_else(|| Refusal::argument("iterationId", context.parameter("iteration")))?;
    let link = world.organization.link();
    let files = changed_files(&world.git.workshop, repository, &["--max-count=1", head]);
    let files = files.map_err(|error| Refusal::broken(&error))?;
    let entries = files.into_values().flatten().zip(1..).map(|(file, id)| {
        let mut value = file.json(repository, &link);
        if let Value::Object(members) = &mut value {
            members.insert("changeTrackingId".to_owned(), json!(id));
            members.insert("changeId".to_owned(), json!(id));
        }
        value
    });
    Ok(Answer::json(
        &json!({ "changeEntries": entries.collect::<Vec<_>>() }),
    ))
}

/// Its commits, newest first.
pub(super) fn commits(context: &Context) -> Reply {
    let world = context.world();
    let found = find(context, &world)?;
    let commits = commits_of(&world, &found)?;
    let (page, next) = paging::by_offset(context, &commits, 100, 500)?;
    Ok(Answer::list(page).continued(next))
}

fn commits_of(world: &World, found: &Found<'_>) -> Result<Vec<Value>, Refusal> {
    let mut arguments = vec!["--no-walk=unsorted"];
    arguments.extend(found.pull_request.commits.iter().rev().map(String::as_str));
    let commits = log::commits(&world.git.workshop, &found.repository.directory, &arguments);
    let commits = commits.map_err(|error| Refusal::broken(&error))?;
    let link = world.organization.link();
    Ok(commits
        .iter()
        .map(|commit| serve_commits::json(commit, found.repository, &link, true))
        .collect())
}

/// What checks from outside said of it.
pub(super) fn statuses(context: &Context) -> Reply {
    let world = context.world();
    let Found { pull_request, .. } = find(context, &world)?;
    if pull_request.id % 3 != 0 {
        return Ok(Answer::list(&[]));
    }
    let at = date::sent(pull_request.created);
    let state = if pull_request.status == Status::Abandoned {
        "failed"
    } else {
        "succeeded"
    };
    Ok(Answer::list(&[json!({
        "id": 1,
        "state": state,
        "description": "All checks ran",
        "context": { "name": "coverage", "genre": "quality" },
        "creationDate": at,
        "updatedDate": at,
        "createdBy": pull_request.created_by.reference(&world.organization.link()),
        "targetUrl": "https://quality.example.com/checks/1",
    })]))
}

/// Its reviewers.
pub(super) fn reviewers(context: &Context) -> Reply {
    let world = context.world();
    let Found {
        pull_request,
        repository,
        ..
    } = find(context, &world)?;
    let link = world.organization.link();
    let url = pull_request.url(&link, repository);
    let reviewers = pull_request
        .reviewers
        .iter()
        .map(|reviewer| reviewer.json(&link, &url));
    Ok(Answer::list(&reviewers.collect::<Vec<_>>()))
}

/// Its labels.
pub(super) fn labels(context: &Context) -> Reply {
    let world = context.world();
    let Found { pull_request, .. } = find(context, &world)?;
    let labels = pull_request
        .labels
        .iter()
        .map(|(id, name)| json!({ "id": id, "name": name, "active": true }));
    Ok(Answer::list(&labels.collect::<Vec<_>>()))
}

/// The work items that link to it.
pub(super) fn work_items(context: &Context) -> Reply {
    let world = context.world();
    let Found { pull_request, .. } = find(context, &world)?;
    let references = work_item_references(pull_request, &world.organization.link());
    Ok(Answer::list(
        references.as_array().map(Vec::as_slice).unwrap_or_default(),
    ))
}

fn work_item_references(pull_request: &PullRequest, link: &str) -> Value {
    let reference = |id: &i64| json!({ "id": id.to_string(), "url": format!("{link}/_apis/wit/workItems/{id}") });
    pull_request.work_items.iter().map(reference).collect()
}
