//! Changes of repositories and pull requests, one kind a verb.
//!
//! | kind | arguments |
//! |---|---|
//! | `create_repository` | `project`, `name` |
//! | `rename_repository` | `repository`, `name` |
//! | `disable_repository` | `repository`, `enable` |
//! | `delete_repository` | `repository` |
//! | `push_commits` | `repository`, `branch`, `count`, `message` |
//! | `force_push` | `repository`, `branch` |
//! | `create_pull_request` | `repository`, `title`, `description`, `draft` |
//! | `complete_pull_request`, `abandon_pull_request`, `reactivate_pull_request` | `pull_request` |
//! | `comment_pull_request` | `pull_request`, `text` |
//! | `vote_pull_request` | `pull_request`, `vote` |
//!
//! All may be left out but those that a rename needs: then one is picked that the main reader can see.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Actor, GitWorld, change_pull_request, change_repository,
    import::Signature,
    log,
    pull_request::Status,
    repository::{Kind, Push, Repository, Update},
    review,
    thread::Event,
    truth::{COMMITS, PULL_REQUESTS, REFS, REPOSITORIES, THREADS},
};
use crate::{
    change::{Changed, Order, Outcome},
    refusal::Refusal,
    world::World,
};

/// What a change gives.
pub(super) type Done = Result<Vec<Changed>, Refusal>;

/// Carries out the kinds of this domain.
pub fn change(world: &mut World, order: &Order) -> Outcome {
    let verb: fn(&mut World, &Order) -> Done = match order.kind.as_str() {
        "create_repository" => change_repository::create,
        "rename_repository" => change_repository::rename,
        "disable_repository" => change_repository::disable,
        "delete_repository" => change_repository::delete,
        "push_commits" => change_repository::push,
        "force_push" => change_repository::force_push,
        "create_pull_request" => change_pull_request::create,
        "complete_pull_request" => change_pull_request::complete,
        "abandon_pull_request" => change_pull_request::abandon,
        "reactivate_pull_request" => change_pull_request::reactivate,
        "comment_pull_request" => change_pull_request::comment,
        "vote_pull_request" => change_pull_request::vote,
        _ => return None,
    };
    Some(verb(world, order))
}

/// Something that happens every day.
pub fn random_change(world: &mut World) -> Done {
    let kinds = [
        "push_commits",
        "push_commits",
        "push_commits",
        "create_pull_request",
        "comment_pull_request",
        "comment_pull_request",
        "vote_pull_request",
        "complete_pull_request",
        "abandon_pull_request",
        "force_push",
    ];
    let kind = (*world.git.random.pick(&kinds)).to_owned();
    let order = Order {
        kind,
        arguments: Map::new(),
    };
    change(world, &order).unwrap_or_else(|| Ok(Vec::new()))
}

/// The place of the repository of an order, or of one that can be worked on.
pub(super) fn repository_of(world: &mut World, order: &Order) -> Result<usize, Refusal> {
    let git = &mut world.git;
    if let Some(name) = order.text("repository") {
        let id = Uuid::parse_str(name).ok();
        let found = git
            .repositories
            .iter()
            .position(|found| found.exists() && (Some(found.id) == id || found.name == name));
        return found.ok_or_else(|| super::missing(name));
    }
    let reader = world.organization.main_reader();
    let able = |found: &Repository| {
        found.open()
            && found.kind == Kind::Ordinary
            && found.default_branch.is_some()
            && reader.reads(found.project)
    };
    let able = git
        .repositories
        .iter()
        .enumerate()
        .filter(|(_, found)| able(found))
        .map(|(place, _)| place);
    let able = able.collect::<Vec<_>>();
    if able.is_empty() {
        return Err(Refusal::invalid("there is no repository to work on"));
    }
    Ok(*git.random.pick(&able))
}

/// The place of the pull request of an order, or of one in this state.
pub(super) fn pull_request_of(
    world: &mut World,
    order: &Order,
    status: Status,
) -> Result<usize, Refusal> {
    let git = &mut world.git;
    if let Some(id) = order.number("pull_request") {
        let found = git.pull_requests.iter().position(|found| found.id == id);
        return found.ok_or_else(|| Refusal::argument("pull_request", &id.to_string()));
    }
    let reader = world.organization.main_reader();
    let readable = git
        .repositories
        .iter()
        .filter(|found| found.open() && reader.reads(found.project));
    let readable = readable.map(|found| found.id).collect::<Vec<_>>();
    let able = git.pull_requests.iter().enumerate();
    let able =
        able.filter(|(_, found)| found.status == status && readable.contains(&found.repository));
    let able = able.map(|(place, _)| place).collect::<Vec<_>>();
    if able.is_empty() {
        return Err(Refusal::invalid("there is no pull request in that state"));
    }
    Ok(*git.random.pick(&able))
}

impl GitWorld {
    /// Somebody who works.
    pub(super) fn somebody(&mut self) -> Actor {
        let people = &self.people[..self.people.len() - 1];
        self.random.pick(people).clone()
    }

    /// Reads the refs again after something was written, and tells what moved: refs, commits, and pull requests
    /// whose source is one of the branches.
    pub(super) fn refresh(
        &mut self,
        place: usize,
        by: &Actor,
        at: Timestamp,
    ) -> anyhow::Result<Vec<Changed>> {
        let workshop = self.workshop.clone();
        let repository = &mut self.repositories[place];
        let before = repository.branches_and_tags().cloned().collect::<Vec<_>>();
        repository.references = log::references(&workshop, &repository.directory)?;
        let after = repository.branches_and_tags().cloned().collect::<Vec<_>>();
        let id = repository.id;
        let mut changed = Vec::new();
        let mut updates = Vec::new();
        let find = |list: &[log::Reference], name: &str| {
            list.iter()
                .find(|known| known.name == name)
                .map(|known| known.object.clone())
        };
        let nothing = || super::make::NOTHING.to_owned();
        for reference in &after {
            let key = json!({ "repository_id": id, "name": reference.name });
            match find(&before, &reference.name) {
                Some(old) if old == reference.object => {}
                Some(old) => {
                    changed.push(Changed::updated(REFS, key));
                    updates.push(Update {
                        reference: reference.name.clone(),
                        old,
                        new: reference.object.clone(),
                    });
                }
                None => {
                    changed.push(Changed::created(REFS, key));
                    updates.push(Update {
                        reference: reference.name.clone(),
                        old: nothing(),
                        new: reference.object.clone(),
                    });
                }
            }
        }
        for reference in before
            .iter()
            .filter(|reference| find(&after, &reference.name).is_none())
        {
            changed.push(Changed::deleted(
                REFS,
                json!({ "repository_id": id, "name": reference.name }),
            ));
            updates.push(Update {
                reference: reference.name.clone(),
                old: reference.object.clone(),
                new: nothing(),
            });
        }
        let directory = &repository.directory;
        let key = |commit: &str| json!({ "repository_id": id, "commit_id": commit });
        let new = only_in(&workshop, directory, &after, &before)?;
        let gone = only_in(&workshop, directory, &before, &after)?;
        changed.extend(
            new.iter()
                .map(|commit| Changed::created(COMMITS, key(commit))),
        );
        changed.extend(
            gone.iter()
                .map(|commit| Changed::deleted(COMMITS, key(commit))),
        );
        if !new.is_empty() {
            repository.size += 1_000 * i64::try_from(new.len()).unwrap_or_default();
            changed.push(Changed::updated(REPOSITORIES, json!({ "id": id })));
        }
        self.follow(id, &updates, by, at, &mut changed);
        if !updates.is_empty() {
            let last = self
                .repositories
                .iter()
                .flat_map(|repository| &repository.pushes)
                .map(|push| push.id)
                .max();
            self.repositories[place].pushes.push(Push {
                id: last.unwrap_or(0) + 1,
                at,
                by: by.clone(),
                updates,
            });
        }
        Ok(changed)
    }

    /// Active pull requests see their source move.
    fn follow(
        &mut self,
        repository: Uuid,
        updates: &[Update],
        by: &Actor,
        at: Timestamp,
        changed: &mut Vec<Changed>,
    ) {
        let system = self.system().clone();
        let active = self
            .pull_requests
            .iter_mut()
            .filter(|found| found.repository == repository && found.status == Status::Active);
        for found in active {
            let moved = updates.iter().find(|update| {
                update.reference == found.source && update.new != super::make::NOTHING
            });
            let Some(update) =
                moved.filter(|update| found.source_commit.as_ref() != Some(&update.new))
            else {
                continue;
            };
            found.source_commit = Some(update.new.clone());
            found.commits.push(update.new.clone());
            found.merge_commit = None;
            found.merge_status = "queued";
            let event = Event::RefUpdate {
                by: by.clone(),
                reference: found.source.clone(),
                commit: update.new.clone(),
            };
            let thread = review::written_down(review::next_thread(found), event, &system, at);
            found.threads.push(thread);
            changed.push(Changed::updated(PULL_REQUESTS, key(found.id)));
            changed.push(Changed::updated(THREADS, key(found.id)));
        }
    }
}

/// The commits that some refs reach and others do not.
fn only_in(
    workshop: &super::program::Workshop,
    directory: &std::path::Path,
    reached: &[log::Reference],
    excluded: &[log::Reference],
) -> anyhow::Result<Vec<String>> {
    if reached.is_empty() {
        return Ok(Vec::new());
    }
    let excluded = excluded
        .iter()
        .map(|reference| format!("^{}", reference.object));
    let tips = reached
        .iter()
        .map(|reference| reference.object.clone())
        .chain(excluded)
        .collect::<Vec<_>>();
    let printed = workshop.feed(
        directory,
        ["rev-list", "--stdin"],
        (tips.join("\n") + "\n").as_bytes(),
    )?;
    Ok(String::from_utf8_lossy(&printed)
        .lines()
        .map(str::to_owned)
        .collect())
}

/// Somebody, now, as a commit has it.
pub(super) fn signature(who: &Actor, at: Timestamp) -> Signature {
    let email = if who.unique_name.contains('@') {
        who.unique_name.clone()
    } else {
        format!("{}@example.com", who.id)
    };
    Signature {
        name: who.display_name.clone().into_bytes(),
        email,
        at: at.as_second(),
        zone: "+0000",
    }
}

pub(super) fn broken(error: anyhow::Error) -> Refusal {
    Refusal::broken(&error.context("change a repository"))
}

/// The key of a pull request.
pub(super) fn key(id: i64) -> Value {
    json!({ "pull_request_id": id })
}
