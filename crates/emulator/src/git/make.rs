//! Makes the repositories and pull requests of the world.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Actor, GitWorld,
    copy::copy,
    draft::{Maker, write_all},
    import::Mark,
    log,
    program::Workshop,
    repository::{Push, Repository, Update},
    review::{self, Cast, Proposal},
    story::{self, Outcome},
};
use crate::{
    organization::{Identity, Organization, Project},
    random::Random,
    world::Ground,
};

/// The id of no object.
pub(super) const NOTHING: &str = "0000000000000000000000000000000000000000";

impl GitWorld {
    pub(crate) fn make(ground: &Ground<'_>, random: Random) -> anyhow::Result<Self> {
        let workshop = Arc::new(Workshop::new(ground.directory)?);
        let people = people(ground.organization);
        let mut maker = Maker {
            ground,
            workshop: &workshop,
            random,
            people: &people,
        };
        let drafts = maker.drafts();
        let written = write_all(&workshop, &drafts)?;
        let mut random = maker.random;
        let mut repositories = Vec::new();
        let mut told = Vec::new();
        let mut pushed = Vec::new();
        for (draft, marks) in drafts.into_iter().zip(written) {
            let place = repositories.len();
            let mut repository = draft.repository;
            repository.references = log::references(&workshop, &repository.directory)?;
            told.extend(
                draft
                    .story
                    .pull_requests
                    .into_iter()
                    .map(|told| (place, told)),
            );
            let branches = draft.story.pushes.into_iter();
            pushed.extend(branches.map(|push| {
                (
                    place,
                    push.at,
                    people[push.author].clone(),
                    update(&push, &marks),
                )
            }));
            repositories.push((repository, marks));
        }
        pushed.sort_by_key(|(_, at, _, _)| *at);
        for (number, (place, at, by, update)) in pushed.into_iter().enumerate() {
            let at =
                Timestamp::from_second(at).unwrap_or_default() + SignedDuration::from_millis(137);
            let id = i64::try_from(number).unwrap_or_default() + 1;
            repositories[place].0.pushes.push(Push {
                id,
                at,
                by,
                updates: vec![update],
            });
        }
        told.sort_by_key(|(_, told)| told.created);
        let mut pull_requests = Vec::new();
        let mut trials = Vec::new();
        let mut id = 0;
        for (place, told) in &told {
            // Ids have holes: drafts that nobody finished creating.
            id += if id % 13 == 11 { 3 } else { 1 };
            let (repository, marks) = &repositories[*place];
            let project = ground.organization.project_by_id(repository.project);
            let teams = project
                .map(|project| teams(ground.organization, project))
                .unwrap_or_default();
            let cast = Cast {
                people: &people[..people.len() - 1],
                system: &people[people.len() - 1],
                teams: &teams,
            };
            let proposal = proposal(id, repository.id, told, marks)?;
            if told.outcome == Outcome::Active {
                trials.extend(
                    proposal
                        .merge
                        .clone()
                        .map(|merge| (*place, format!("refs/pull/{id}/merge"), merge)),
                );
            }
            pull_requests.push(review::review(&mut random, &cast, proposal));
        }
        let mut repositories = repositories
            .into_iter()
            .map(|(repository, _)| repository)
            .collect::<Vec<_>>();
        point_trials(&workshop, &mut repositories, trials)?;
        for source in ground.repositories {
            repositories.push(copy(
                &workshop,
                ground,
                &mut random,
                source,
                repositories.len(),
            )?);
        }
        Ok(Self::new(
            workshop,
            people,
            repositories,
            pull_requests,
            random,
        ))
    }
}

fn update(push: &story::Push, marks: &HashMap<Mark, String>) -> Update {
    let id = |mark: Option<Mark>| {
        mark.and_then(|mark| marks.get(&mark).cloned())
            .unwrap_or_else(|| NOTHING.to_owned())
    };
    Update {
        reference: push.reference.clone(),
        old: id(push.old),
        new: id(push.new),
    }
}

fn proposal<'a>(
    id: i64,
    repository: Uuid,
    told: &'a story::PullRequest,
    marks: &HashMap<Mark, String>,
) -> anyhow::Result<Proposal<'a>> {
    let find = |mark: &Mark| {
        marks
            .get(mark)
            .cloned()
            .ok_or_else(|| anyhow!("commit {mark} was not written"))
    };
    Ok(Proposal {
        id,
        repository,
        told,
        commits: told
            .commits
            .iter()
            .map(find)
            .collect::<anyhow::Result<_>>()?,
        target: find(&told.target)?,
        merge: told.merge.as_ref().map(find).transpose()?,
    })
}

/// Sets `refs/pull/{id}/merge` of active pull requests, which the service has beside branches and tags.
fn point_trials(
    workshop: &Workshop,
    repositories: &mut [Repository],
    trials: Vec<(usize, String, String)>,
) -> anyhow::Result<()> {
    let mut orders = HashMap::<usize, String>::new();
    for (place, name, commit) in trials {
        let order = orders.entry(place).or_default();
        // Writing to a string cannot fail.
        let _written = writeln!(order, "update {name} {commit}");
    }
    for (place, order) in orders {
        let repository = &mut repositories[place];
        workshop.feed(
            &repository.directory,
            ["update-ref", "--stdin"],
            order.as_bytes(),
        )?;
        repository.references = log::references(workshop, &repository.directory)?;
    }
    Ok(())
}

/// Everybody who writes code, and last the service itself.
fn people(organization: &Organization) -> Vec<Actor> {
    organization
        .identities
        .iter()
        .cloned()
        .map(Arc::new)
        .collect()
}

/// The teams of a project, as they appear among reviewers.
pub(super) fn teams(organization: &Organization, project: &Project) -> Vec<Actor> {
    let teams = organization
        .teams
        .iter()
        .filter(|team| team.project == project.id);
    let identity = |team: &crate::organization::Team| Identity {
        id: team.id,
        display_name: format!("[{}]\\{}", project.name, team.name),
        unique_name: format!(
            "vstfs:///Classification/TeamProject/{}\\{}",
            project.id, team.name
        ),
        descriptor: format!("vssgp.{}", team.id.simple()),
        is_container: true,
        inactive: false,
    };
    teams.map(|team| Arc::new(identity(team))).collect()
}
