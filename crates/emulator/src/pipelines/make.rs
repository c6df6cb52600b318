//! Makes definitions and builds.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    PipelinesWorld,
    build::{Build, Deletion, Result, Shape, Status},
    definition::{Definition, Queue, Source},
};
use crate::{
    clock,
    git::{GitWorld, Repository},
    json as text,
    organization::{Organization, Project, Role},
    random::Random,
    world::Ground,
};

const QUEUES: [Queue; 3] = [
    Queue { id: 72, name: "Azure Pipelines", pool: 9, is_hosted: true },
    Queue { id: 73, name: "Default", pool: 1, is_hosted: false },
    Queue { id: 90, name: "Linux & GPU #2", pool: 14, is_hosted: false },
];
const NAMES: [&str; 10] = [
    "CI", "Nightly", "Deploy to production", "Pull request check", "Größe-CI 🚀", "Release", "Security scan",
    "Docs & samples #2", "Integration tests", "Infrastructure 50%",
];

impl PipelinesWorld {
    pub(crate) fn make(ground: &Ground<'_>, git: &GitWorld, mut random: Random) -> Self {
        let organization = ground.organization;
        let link = organization.link();
        let mut world = Self {
            salt: random.guid().as_u64_pair().0,
            people_json: git.people.iter().map(|who| text::kept(&who.reference(&link))).collect(),
            people: git.people.clone(),
            definitions: Vec::new(),
            builds: Vec::new(),
            tokens: super::order::Tokens::default(),
            random,
        };
        let projects = organization.well_formed().filter(|project| project.has_contents());
        let (hidden, open) = projects.partition::<Vec<_>, _>(|project| project.role == Role::Vault);
        if open.is_empty() {
            return world;
        }
        let mut heads = Vec::new();
        let count = ground.plan.build_definitions;
        for place in 0..count {
            world.add_definition(organization, git, open[place % open.len()], place, &mut heads);
        }
        for (place, project) in hidden.iter().enumerate() {
            world.add_definition(organization, git, project, count + place, &mut heads);
        }
        world.add_builds(&heads, ground.plan.builds, count);
        world.add_builds_of(&heads, count..count + hidden.len(), 3);
        world.builds.sort_by_key(|build| (build.queued, build.definition));
        world.number_builds();
        world.tie_finishes();
        world
    }

    fn add_definition(
        &mut self,
        organization: &Organization,
        git: &GitWorld,
        project: &Project,
        place: usize,
        heads: &mut Vec<Heads>,
    ) {
        let repositories = git.repositories.iter().filter(|repository| repository.project == project.id && repository.buildable());
        let repositories = repositories.collect::<Vec<_>>();
        let repository = (!repositories.is_empty()).then(|| repositories[place % repositories.len()]);
        let source = source(organization, project, repository, place);
        let created = self.random.instant(clock::start() - SignedDuration::from_hours(24 * 700), clock::start() - SignedDuration::from_hours(24 * 545));
        let who = self.random.below(self.people.len() - 1);
        // Two pipelines of one name in two folders: names are no keys.
        let name = NAMES[(place / 2) % NAMES.len()];
        let path = if place % 2 == 1 { "\\team b\\nested" } else { "\\" };
        self.definitions.push(Definition {
            id: 11 + i64::try_from(place).unwrap_or_default() * 3,
            project: project.id,
            name: name.to_owned(),
            path: path.to_owned(),
            revision: self.random.between(1, 40),
            queue_status: match place % 11 {
                5 => "disabled",
                8 => "paused",
                _ => "enabled",
            },
            is_draft: place % 17 == 12,
            created,
            authored_by: self.people[who].clone(),
            yaml: (place % 4 != 3).then(|| "/azure-pipelines.yml".to_owned()),
            source,
            queue: (place % 13 != 9).then(|| QUEUES[place % QUEUES.len()]),
            triggers: triggers(place),
            variables: variables(place),
        });
        heads.push(repository.map(|repository| Heads::of(git, repository)).unwrap_or_default());
    }

    /// Builds over all open definitions, of which the first are the busiest.
    fn add_builds(&mut self, heads: &[Heads], total: usize, definitions: usize) {
        let weights = (0..definitions).map(|place| 1 + 3 * definitions / (place + 1)).collect::<Vec<_>>();
        let sum = weights.iter().sum::<usize>().max(1);
        let mut left = total;
        for place in (0..definitions).rev() {
            let share = if place == 0 { left } else { (total * weights[place] / sum).min(left) };
            left -= share;
            self.add_builds_of(heads, place..place + 1, share);
        }
    }

    fn add_builds_of(&mut self, heads: &[Heads], definitions: std::ops::Range<usize>, count: usize) {
        for definition in definitions {
            let first = clock::start() - SignedDuration::from_hours(24 * 540);
            let mut times = (0..count).map(|_| self.random.instant(first, clock::start())).collect::<Vec<_>>();
            times.sort();
            for (place, queued) in times.into_iter().enumerate() {
                let build = self.past_build(definition, &heads[definition], queued, count - place);
                self.builds.push(build);
            }
        }
    }

    /// A build of the past; `left` counts down to the youngest one, which may still run.
    fn past_build(&mut self, definition: usize, heads: &Heads, queued: Timestamp, left: usize) -> Build {
        let random = &mut self.random;
        let who = random.below(self.people.len() - 1);
        let service = self.people.len() - 1;
        let wait = SignedDuration::from_millis(random.between(800, 90_000));
        let work = SignedDuration::from_micros(random.between(20_000_000, 2_400_000_000));
        let mut build = heads.queued(random, &self.definitions[definition], definition, queued, who);
        build.started = Some(queued + wait);
        build.finished = Some(queued + wait + work);
        build.status = Status::Completed;
        build.changed_by = service;
        build.result = Some(match random.below(100) {
            0..70 => Result::Succeeded,
            70..76 => Result::PartiallySucceeded,
            76..94 => Result::Failed,
            _ => Result::Canceled,
        });
        match random.below(40) {
            // Cancelled while it waited for an agent.
            0 => {
                build.result = Some(Result::Canceled);
                build.started = None;
                build.finished = Some(queued + wait);
            }
            // Its YAML was wrong.
            1 => {
                build.result = Some(Result::Failed);
                build.started = None;
                build.finished = Some(queued + SignedDuration::from_millis(300));
                build.shape = *random.pick(&[Shape::Nothing, Shape::EmptyBody, Shape::Missing]);
            }
            2 => build.shape = Shape::NullRecords,
            3..6 if build.result != Some(Result::Succeeded) => build.attempt = 2,
            6 if build.result == Some(Result::Failed) => build.attempt = 3,
            7 => {
                build.deleted = Some(Deletion {
                    at: clock::start() - SignedDuration::from_hours(24 * 3),
                    reason: "Retention policy",
                });
            }
            _ => {}
        }
        if left <= 2 && random.chance(45) {
            build.deleted = None;
            build.shape = Shape::Whole;
            build.attempt = 1;
            build.result = None;
            build.finished = None;
            build.status = *random.pick(&[Status::InProgress, Status::InProgress, Status::NotStarted, Status::Cancelling, Status::Postponed]);
            if matches!(build.status, Status::NotStarted | Status::Postponed) {
                build.started = None;
            }
        }
        // Nothing happens after the world begins.
        let end = clock::start() - SignedDuration::from_millis(1);
        build.started = build.started.map(|at| at.min(end));
        build.finished = build.finished.map(|at| at.min(end));
        build.changed = build.finished.or(build.started).unwrap_or(queued).min(end) + SignedDuration::from_millis(1);
        build
    }

    /// Ids and run numbers, in the order of queueing.
    fn number_builds(&mut self) {
        let mut numbers = HashMap::<(usize, String), i64>::new();
        let mut id = 100;
        for build in &mut self.builds {
            id += if id % 29 == 0 { 4 } else { 1 };
            build.id = id;
            let day = build.queued.to_zoned(TimeZone::UTC).strftime("%Y%m%d").to_string();
            let number = numbers.entry((build.definition, day.clone())).or_default();
            *number += 1;
            build.number_revision = *number;
            build.number = match id % 53 {
                17 => format!("{day}.{number} \0 'nightly' <b>🌙</b>"),
                _ => format!("{day}.{number}"),
            };
            if id % 31 == 6 {
                build.triggered_by = Some(id - 1);
                build.reason = "buildCompletion";
            }
        }
    }

    /// Groups of builds of a project finish at the same tick, so that times are equal at the borders of pages.
    fn tie_finishes(&mut self) {
        let mut places = HashMap::<Uuid, Vec<usize>>::new();
        for (place, build) in self.builds.iter().enumerate().filter(|(_, build)| build.finished.is_some()) {
            places.entry(build.project).or_default().push(place);
        }
        let most = if self.builds.len() > 1_000 { 40 } else { 5 };
        let mut projects = places.into_values().collect::<Vec<_>>();
        projects.sort();
        for mut places in projects {
            places.sort_by_key(|place| (self.builds[*place].finished, self.builds[*place].id));
            let mut from = 3;
            while from < places.len() {
                let length = 2 + self.random.below(most - 1);
                let group = &places[from..(from + length).min(places.len())];
                let last = group.last().and_then(|place| self.builds[*place].finished);
                for place in group {
                    self.builds[*place].finished = last;
                    let changed = self.builds[*place].changed;
                    self.builds[*place].changed = last.map_or(changed, |last| changed.max(last));
                }
                from += length + 12;
            }
        }
    }
}

/// The commits of a repository that builds are made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Heads {
    branches: Vec<(String, String)>,
    pull_requests: Vec<(i64, Option<String>)>,
}

impl Heads {
    pub(super) fn of(git: &GitWorld, repository: &Repository) -> Self {
        Self { branches: repository.pushed_commits(), pull_requests: git.proposals(repository.id) }
    }

    /// A build that waits for an agent.
    pub(super) fn queued(&self, random: &mut Random, definition: &Definition, place: usize, queued: Timestamp, who: usize) -> Build {
        let mut build = Build {
            id: 0,
            project: definition.project,
            definition: place,
            number: String::new(),
            number_revision: 1,
            status: Status::NotStarted,
            result: None,
            reason: *random.pick(&["individualCI", "individualCI", "batchedCI", "manual", "schedule", "pullRequest"]),
            priority: if random.chance(90) { "normal" } else { "high" },
            queued,
            started: None,
            finished: None,
            changed: queued,
            changed_by: who,
            requested_for: who,
            requested_by: who,
            branch: definition.source.default_branch.clone(),
            version: None,
            keep_forever: random.chance(4),
            retained_by_release: random.chance(3),
            deleted: None,
            triggered_by: None,
            tags: if random.chance(15) { vec!["nightly", "größer"] } else { Vec::new() },
            message: None,
            pull_request: None,
            with_parameters: random.chance(10),
            shape: Shape::Whole,
            attempt: 1,
            before_retry: None,
        };
        if build.reason == "pullRequest" && definition.source.kind == "TfsGit" && !self.pull_requests.is_empty() {
            let (id, merge) = random.pick(&self.pull_requests).clone();
            build.branch = format!("refs/pull/{id}/merge");
            build.version = merge;
            build.pull_request = Some(id);
            return build;
        }
        if build.reason == "pullRequest" {
            build.reason = "manual";
        }
        match definition.source.kind {
            "TfsVersionControl" => build.version = Some(format!("C{}", random.between(1, 60))),
            "GitHub" => build.version = Some(random.hexadecimal(40)),
            _ if !self.branches.is_empty() => {
                let (branch, commit) = random.pick(&self.branches).clone();
                build.branch = branch;
                build.version = Some(commit);
            }
            _ => {}
        }
        if build.reason.ends_with("CI") {
            build.message = Some(match random.below(12) {
                0 => "Merge \0 of <branch> into 'main' 🚀".to_owned(),
                1 => format!("cut emoji {}", text::lone_surrogate(0xD83D)),
                _ => crate::git::title(random),
            });
        }
        build
    }
}

fn source(organization: &Organization, project: &Project, repository: Option<&Repository>, place: usize) -> Source {
    if project.tfvc && place % 2 == 1 {
        let root = format!("$/{}", project.name);
        let url = format!("{}/", organization.link());
        return Source { id: root.clone(), kind: "TfsVersionControl", name: project.name.clone(), url, default_branch: root };
    }
    match repository.filter(|_| place % 10 != 7) {
        Some(repository) => Source {
            id: repository.id.to_string(),
            kind: "TfsGit",
            name: repository.name.clone(),
            url: repository.web_url(organization, project),
            default_branch: "refs/heads/main".to_owned(),
        },
        None => Source {
            id: "fabrikam-oss/samples".to_owned(),
            kind: "GitHub",
            name: "fabrikam-oss/samples".to_owned(),
            url: "https://github.com/fabrikam-oss/samples.git".to_owned(),
            default_branch: "main".to_owned(),
        },
    }
}

fn triggers(place: usize) -> Value {
    match place % 3 {
        0 => json!([{
            "branchFilters": ["+refs/heads/main", "+refs/heads/release/*"],
            "pathFilters": [],
            "settingsSourceType": 2,
            "batchChanges": false,
            "maxConcurrentBuildsPerBranch": 1,
            "triggerType": "continuousIntegration",
        }]),
        1 => json!([{ "schedules": [{ "branchFilters": ["+main"], "timeZoneId": "UTC", "startHours": 3, "daysToBuild": "all" }], "triggerType": "schedule" }]),
        _ => json!([]),
    }
}

/// Secret variables have no value.
fn variables(place: usize) -> Value {
    if place % 2 == 0 {
        json!({ "configuration": { "value": "Release", "allowOverride": true }, "apiKey": { "value": null, "isSecret": true } })
    } else {
        json!({})
    }
}
