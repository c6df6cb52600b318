//! Changes of repositories and of what is pushed to them.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use serde_json::json;

use super::{
    change::{Done, broken, repository_of, signature},
    draft,
    import::{Change, Commit, Import, Parent, Reference},
    log,
    repository::Deletion,
    story::MAIN,
    truth::REPOSITORIES,
    words,
};
use crate::{
    change::{Changed, Order},
    refusal::Refusal,
    world::World,
};

/// An empty repository.
pub(super) fn create(world: &mut World, order: &Order) -> Done {
    let project = match order.text("project") {
        Some(name) => world.organization.project(name),
        None => world.organization.well_formed().find(|project| project.git),
    };
    let project = project
        .ok_or_else(|| Refusal::project_missing(order.text("project").unwrap_or_default()))?
        .id;
    let git = &mut world.git;
    let id = git.random.guid();
    let name = order.text("name").map_or_else(
        || format!("new-{}", &id.simple().to_string()[..8]),
        str::to_owned,
    );
    let repository = draft::bare(&git.workshop, id, project, &name);
    draft::initialize(&git.workshop, &repository.directory).map_err(broken)?;
    git.repositories.push(repository);
    Ok(vec![Changed::created(REPOSITORIES, json!({ "id": id }))])
}

/// Another name for the same repository.
pub(super) fn rename(world: &mut World, order: &Order) -> Done {
    let place = repository_of(world, order)?;
    let name = order
        .text("name")
        .ok_or_else(|| Refusal::argument("name", ""))?;
    let repository = &mut world.git.repositories[place];
    name.clone_into(&mut repository.name);
    Ok(vec![Changed::updated(
        REPOSITORIES,
        json!({ "id": repository.id }),
    )])
}

/// Nothing below it can be read any more; or again, with `enable`.
pub(super) fn disable(world: &mut World, order: &Order) -> Done {
    let place = repository_of(world, order)?;
    let repository = &mut world.git.repositories[place];
    repository.disabled = !order.flag("enable");
    if !repository.disabled {
        repository.never_readable = false;
    }
    Ok(vec![Changed::updated(
        REPOSITORIES,
        json!({ "id": repository.id }),
    )])
}

/// It is gone, with everything in it.
pub(super) fn delete(world: &mut World, order: &Order) -> Done {
    let place = repository_of(world, order)?;
    let at = world.clock.now();
    let by = world.git.somebody();
    let repository = &mut world.git.repositories[place];
    let created =
        repository.pushes.first().map_or(at, |push| push.at) - SignedDuration::from_hours(1);
    repository.deleted = Some(Deletion { by, at, created });
    Ok(vec![Changed::deleted(
        REPOSITORIES,
        json!({ "id": repository.id }),
    )])
}

/// New commits on a branch, which may be a new one.
pub(super) fn push(world: &mut World, order: &Order) -> Done {
    let count = order.number("count").unwrap_or(1).clamp(1, 10_000);
    commit(world, order, count, false)
}

/// The last commit of a branch is replaced by another.
pub(super) fn force_push(world: &mut World, order: &Order) -> Done {
    commit(world, order, 1, true)
}

fn commit(world: &mut World, order: &Order, count: i64, replace: bool) -> Done {
    let place = repository_of(world, order)?;
    let now = world.clock.now();
    let by = world.git.somebody();
    let git = &mut world.git;
    let repository = &git.repositories[place];
    let branch = order
        .text("branch")
        .map(|branch| format!("refs/heads/{}", branch.trim_start_matches("refs/heads/")));
    let branch = branch
        .or_else(|| repository.default_branch.clone())
        .unwrap_or_else(|| MAIN.to_owned());
    let tip = |name: &str| {
        repository
            .references
            .iter()
            .find(|known| known.name == name)
            .map(|known| known.object.clone())
    };
    let default = repository.default_branch.as_deref().and_then(tip);
    let mut parents = tip(&branch)
        .or(default)
        .map(Parent::Id)
        .into_iter()
        .collect::<Vec<_>>();
    if let (true, Some(Parent::Id(id))) = (replace, parents.first()) {
        let last = log::commits(&git.workshop, &repository.directory, &["--max-count=1", id])
            .map_err(broken)?;
        parents = last
            .first()
            .map(|last| last.parents.iter().cloned().map(Parent::Id).collect())
            .unwrap_or_default();
    }
    let mut import = Import::default();
    for number in 0..count {
        let mark = import.commits.len() + 1;
        let title = words::title(&mut git.random);
        let message = order
            .text("message")
            .map_or_else(|| format!("{title}\n"), str::to_owned);
        let path = format!("changes/{}.txt", git.random.hexadecimal(12)).into_bytes();
        let lines = git.random.below(20) + 1;
        let changes = vec![
            Change::Write {
                path,
                content: Arc::new(words::source(&mut git.random, lines)),
            },
            Change::Write {
                path: b"CHANGELOG.md".to_vec(),
                content: Arc::new(format!("# {title}\n\n{number}\n").into_bytes()),
            },
        ];
        let signature = signature(&by, now);
        import.commits.push(Commit {
            mark,
            parents,
            author: signature.clone(),
            committer: signature,
            message: message.into_bytes(),
            encoding: None,
            changes,
        });
        parents = vec![Parent::Mark(mark)];
    }
    import.references.extend(
        parents
            .pop()
            .map(|tip| (branch.clone(), Reference::Plain(tip))),
    );
    let directory = repository.directory.clone();
    import
        .write(&git.workshop, &directory)
        .context("write the new commits")
        .map_err(broken)?;
    let repository = &mut git.repositories[place];
    if repository.default_branch.is_none() {
        repository.default_branch = Some(branch);
    }
    git.refresh(place, &by, now).map_err(broken)
}
