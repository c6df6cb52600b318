//! Changes of pull requests.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;

use super::{
    Actor,
    change::{Done, broken, key, pull_request_of, repository_of, signature},
    import::{Change, Commit, Import, Parent, Reference},
    pull_request::{Completion, PullRequest, Reviewer, Status},
    repository::Repository,
    review,
    story::MAIN,
    thread::{Comment, Event, Thread},
    truth::{DESCRIPTIONS, PULL_REQUESTS, THREADS},
    words,
};
use crate::{
    change::{Changed, Order},
    refusal::Refusal,
    world::World,
};

/// A new branch with one commit, and a pull request for it.
pub(super) fn create(world: &mut World, order: &Order) -> Done {
    let place = repository_of(world, order)?;
    let now = world.clock.now();
    let by = world.git.somebody();
    let git = &mut world.git;
    let repository = &git.repositories[place];
    let target = repository
        .default_branch
        .clone()
        .unwrap_or_else(|| MAIN.to_owned());
    let onto = tip(repository, &target)
        .ok_or_else(|| Refusal::invalid("the repository has no commits"))?;
    let title = order
        .text("title")
        .map_or_else(|| words::title(&mut git.random), str::to_owned);
    let id = git.pull_requests.last().map_or(0, |last| last.id) + 1;
    let source = format!("refs/heads/users/somebody/change-{id}");
    let path = format!("proposals/{id}.txt").into_bytes();
    let signature = signature(&by, now);
    let import = Import {
        commits: vec![Commit {
            mark: 1,
            parents: vec![Parent::Id(onto.clone())],
            author: signature.clone(),
            committer: signature,
            message: format!("{title}\n").into_bytes(),
            encoding: None,
            changes: vec![Change::Write {
                path,
                content: Arc::new(words::source(&mut git.random, 12)),
            }],
        }],
        references: vec![(source.clone(), Reference::Plain(Parent::Mark(1)))],
    };
    let directory = repository.directory.clone();
    let marks = import
        .write(&git.workshop, &directory)
        .context("write the proposal")
        .map_err(broken)?;
    let mut changed = git.refresh(place, &by, now).map_err(broken)?;
    let commit = marks.get(&1).cloned();
    let number = usize::try_from(id).unwrap_or_default();
    let description = order.text("description").map_or_else(
        || words::description(&mut git.random, number),
        str::to_owned,
    );
    let pull_request = PullRequest {
        id,
        repository: git.repositories[place].id,
        status: Status::Active,
        title,
        description,
        is_draft: order.flag("draft"),
        created_by: by,
        created: now,
        closed_by: None,
        closed: None,
        source,
        target,
        merge_status: "queued",
        merge_id: git.random.guid(),
        source_commit: commit.clone(),
        target_commit: Some(onto),
        merge_commit: None,
        reviewers: Vec::new(),
        labels: Vec::new(),
        completion: None,
        auto_complete_set_by: None,
        supports_iterations: true,
        work_items: Vec::new(),
        commits: commit.into_iter().collect(),
        threads: Vec::new(),
    };
    changed.push(Changed::created(PULL_REQUESTS, key(id)));
    changed.push(Changed::created(THREADS, key(id)));
    if pull_request.may_be_cut() {
        changed.push(Changed::created(DESCRIPTIONS, key(id)));
    }
    git.pull_requests.push(pull_request);
    Ok(changed)
}

/// Merged into its target; its branch goes.
pub(super) fn complete(world: &mut World, order: &Order) -> Done {
    let place = in_state(world, order, Status::Active)?;
    let now = world.clock.now();
    let by = world.git.somebody();
    let git = &mut world.git;
    let found = git.pull_requests[place].clone();
    let home = git
        .repositories
        .iter()
        .position(|repository| repository.id == found.repository && repository.open());
    let home = home.ok_or_else(|| super::missing(&found.repository.to_string()))?;
    let repository = &git.repositories[home];
    let onto = tip(repository, &found.target)
        .ok_or_else(|| Refusal::invalid("the target branch is gone"))?;
    let from = tip(repository, &found.source)
        .ok_or_else(|| Refusal::invalid("the source branch is gone"))?;
    let merged = git.workshop.run(
        Some(&repository.directory),
        ["merge-tree", "--write-tree", &onto, &from],
    );
    let tree = match merged {
        Ok(printed) => String::from_utf8_lossy(&printed)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
        // Conflicts are resolved in favour of the proposal.
        Err(_) => rev_parse(git, repository, &format!("{from}^{{tree}}"))?,
    };
    let signature = signature(&by, now);
    let message = format!("Merged PR {}: {}", found.id, found.title.replace('\0', ""));
    let import = Import {
        commits: vec![Commit {
            mark: 1,
            parents: vec![Parent::Id(onto.clone()), Parent::Id(from.clone())],
            author: signature.clone(),
            committer: signature,
            message: message.clone().into_bytes(),
            encoding: None,
            changes: vec![Change::Tree { id: tree }],
        }],
        references: vec![
            (found.target.clone(), Reference::Plain(Parent::Mark(1))),
            (found.source.clone(), Reference::Gone),
            (format!("refs/pull/{}/merge", found.id), Reference::Gone),
        ],
    };
    let directory = repository.directory.clone();
    let marks = import
        .write(&git.workshop, &directory)
        .context("write the merge")
        .map_err(broken)?;
    let pull_request = &mut git.pull_requests[place];
    pull_request.source_commit = Some(from);
    pull_request.target_commit = Some(onto);
    pull_request.merge_commit = marks.get(&1).cloned();
    pull_request.merge_status = "succeeded";
    pull_request.is_draft = false;
    pull_request.completion = Some(Completion {
        strategy: "noFastForward",
        delete_source_branch: true,
        message,
    });
    let mut changed = close(world, place, Status::Completed, &by, now);
    changed.extend(world.git.refresh(home, &by, now).map_err(broken)?);
    Ok(changed)
}

/// Given up; its branch stays.
pub(super) fn abandon(world: &mut World, order: &Order) -> Done {
    let place = in_state(world, order, Status::Active)?;
    let (now, by) = (world.clock.now(), world.git.somebody());
    Ok(close(world, place, Status::Abandoned, &by, now))
}

/// Taken up again.
pub(super) fn reactivate(world: &mut World, order: &Order) -> Done {
    let place = in_state(world, order, Status::Abandoned)?;
    let (now, by) = (world.clock.now(), world.git.somebody());
    let pull_request = &mut world.git.pull_requests[place];
    pull_request.status = Status::Active;
    pull_request.closed = None;
    pull_request.closed_by = None;
    let event = Event::StatusUpdate {
        by,
        status: "Active",
    };
    Ok(write_down(world, place, event, now))
}

/// A new discussion.
pub(super) fn comment(world: &mut World, order: &Order) -> Done {
    let place = pull_request_of(world, order, Status::Active)?;
    let (now, author) = (world.clock.now(), world.git.somebody());
    let git = &mut world.git;
    let number = git.random.below(1_000);
    let text = order
        .text("text")
        .map_or_else(|| words::comment(&mut git.random, number), str::to_owned);
    let pull_request = &mut git.pull_requests[place];
    let id = review::next_thread(pull_request);
    let comment = Comment {
        id: 1,
        parent: 0,
        author,
        content: Some(text),
        kind: "text",
        published: now,
        updated: now,
        content_updated: now,
        likes: Vec::new(),
    };
    pull_request.threads.push(Thread {
        id,
        status: Some("active"),
        is_deleted: false,
        published: now,
        updated: now,
        event: None,
        place: None,
        comments: vec![comment],
    });
    Ok(vec![Changed::updated(THREADS, key(pull_request.id))])
}

/// A vote of somebody who reviews it, or does so from now on.
pub(super) fn vote(world: &mut World, order: &Order) -> Done {
    let place = pull_request_of(world, order, Status::Active)?;
    let now = world.clock.now();
    let who = world.git.somebody();
    let git = &mut world.git;
    let vote = order
        .number("vote")
        .unwrap_or_else(|| *git.random.pick(&[10, 5, -5, -10]));
    let reviewers = &mut git.pull_requests[place].reviewers;
    if let Some(known) = reviewers
        .iter_mut()
        .find(|reviewer| reviewer.who.id == who.id)
    {
        known.vote = vote;
    } else {
        reviewers.push(Reviewer {
            who: who.clone(),
            vote,
            is_required: false,
            has_declined: false,
            is_flagged: false,
            voted_for: Vec::new(),
        });
    }
    Ok(write_down(world, place, Event::Vote { by: who, vote }, now))
}

fn close(
    world: &mut World,
    place: usize,
    status: Status,
    by: &Actor,
    now: Timestamp,
) -> Vec<Changed> {
    let pull_request = &mut world.git.pull_requests[place];
    pull_request.status = status;
    pull_request.closed = Some(now);
    pull_request.closed_by = Some(by.clone());
    let said = if status == Status::Completed {
        "Completed"
    } else {
        "Abandoned"
    };
    write_down(
        world,
        place,
        Event::StatusUpdate {
            by: by.clone(),
            status: said,
        },
        now,
    )
}

/// Writes an event into a thread of its own.
fn write_down(world: &mut World, place: usize, event: Event, at: Timestamp) -> Vec<Changed> {
    let system = world.git.system().clone();
    let pull_request = &mut world.git.pull_requests[place];
    let thread = review::written_down(review::next_thread(pull_request), event, &system, at);
    pull_request.threads.push(thread);
    vec![
        Changed::updated(PULL_REQUESTS, key(pull_request.id)),
        Changed::updated(THREADS, key(pull_request.id)),
    ]
}

fn in_state(world: &mut World, order: &Order, status: Status) -> Result<usize, Refusal> {
    let place = pull_request_of(world, order, status)?;
    let found = &world.git.pull_requests[place];
    if found.status == status {
        return Ok(place);
    }
    Err(Refusal::invalid(&format!(
        "pull request {} is {}, not {}",
        found.id,
        found.status.word(),
        status.word()
    )))
}

fn tip(repository: &Repository, name: &str) -> Option<String> {
    repository
        .references
        .iter()
        .find(|known| known.name == name)
        .map(|known| known.object.clone())
}

fn rev_parse(
    git: &super::GitWorld,
    repository: &Repository,
    what: &str,
) -> Result<String, Refusal> {
    let printed = git
        .workshop
        .run(Some(&repository.directory), ["rev-parse", what])
        .map_err(broken)?;
    Ok(String::from_utf8_lossy(&printed).trim().to_owned())
}
