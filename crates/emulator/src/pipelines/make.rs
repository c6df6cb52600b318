//! Makes definitions and builds.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use uuid::Uuid;

use super::{
    PipelinesWorld,
    build::{Build, Deletion, Result, Shape, Status},
    heads::Heads,
};
use crate::{
    clock, git::GitWorld, json as text, organization::Role, random::Random, world::Ground,
};

impl PipelinesWorld {
    pub(crate) fn make(ground: &Ground<'_>, git: &GitWorld, mut random: Random) -> Self {
        let organization = ground.organization;
        let link = organization.link();
        let mut world = Self {
            salt: random.guid().as_u64_pair().0,
            people_json: git
                .people
                .iter()
                .map(|who| text::kept(&who.reference(&link)))
                .collect(),
            people: git.people.clone(),
            definitions: Vec::new(),
            builds: Vec::new(),
            tokens: super::order::Tokens::default(),
            random,
        };
        let projects = organization
            .well_formed()
            .filter(|project| project.has_contents());
        let (hidden, open) = projects.partition::<Vec<_>, _>(|project| project.role == Role::Vault);
        if open.is_empty() {
            return world;
        }
        let mut heads = Vec::new();
        let count = ground.plan.build_definitions;
        for place in 0..count {
            world.add_definition(
                organization,
                git,
                open[place % open.len()],
                place,
                &mut heads,
            );
        }
        for (place, project) in hidden.iter().enumerate() {
            world.add_definition(organization, git, project, count + place, &mut heads);
        }
        world.add_builds(&heads, ground.plan.builds, count);
        world.add_builds_of(&heads, count..count + hidden.len(), 3);
        world
            .builds
            .sort_by_key(|build| (build.queued, build.definition));
        world.number_builds();
        world.tie_finishes();
        world
    }

    /// Builds over all open definitions, of which the first are the busiest.
    fn add_builds(&mut self, heads: &[Heads], total: usize, definitions: usize) {
        let weights = (0..definitions)
            .map(|place| 1 + 3 * definitions / (place + 1))
            .collect::<Vec<_>>();
        let sum = weights.iter().sum::<usize>().max(1);
        let mut left = total;
        for place in (0..definitions).rev() {
            let share = if place == 0 {
                left
            } else {
                (total * weights[place] / sum).min(left)
            };
            left -= share;
            self.add_builds_of(heads, place..place + 1, share);
        }
    }

    fn add_builds_of(
        &mut self,
        heads: &[Heads],
        definitions: std::ops::Range<usize>,
        count: usize,
    ) {
        for definition in definitions {
            let first = clock::start() - SignedDuration::from_hours(24 * 540);
            let mut times = (0..count)
                .map(|_| self.random.instant(first, clock::start()))
                .collect::<Vec<_>>();
            times.sort();
            for (place, queued) in times.into_iter().enumerate() {
                let build = self.past_build(definition, &heads[definition], queued, count - place);
                self.builds.push(build);
            }
        }
    }

    /// A build of the past; `left` counts down to the youngest one, which may still run.
    fn past_build(
        &mut self,
        definition: usize,
        heads: &Heads,
        queued: Timestamp,
        left: usize,
    ) -> Build {
        let random = &mut self.random;
        let who = random.below(self.people.len() - 1);
        let service = self.people.len() - 1;
        let wait = SignedDuration::from_millis(random.between(800, 90_000));
        let work = SignedDuration::from_micros(random.between(20_000_000, 2_400_000_000));
        let mut build = heads.queued(
            random,
            &self.definitions[definition],
            definition,
            queued,
            who,
        );
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
            build.status = *random.pick(&[
                Status::InProgress,
                Status::InProgress,
                Status::NotStarted,
                Status::Cancelling,
                Status::Postponed,
            ]);
            if matches!(build.status, Status::NotStarted | Status::Postponed) {
                build.started = None;
            }
        }
        // Nothing happens after the world begins.
        let end = clock::start() - SignedDuration::from_millis(1);
        build.started = build.started.map(|at| at.min(end));
        build.finished = build.finished.map(|at| at.min(end));
        build.changed = build.finished.or(build.started).unwrap_or(queued).min(end)
            + SignedDuration::from_millis(1);
        build
    }

    /// Ids and run numbers, in the order of queueing.
    fn number_builds(&mut self) {
        let mut numbers = HashMap::<(usize, String), i64>::new();
        let mut id = 100;
        for build in &mut self.builds {
            id += if id % 29 == 0 { 4 } else { 1 };
            build.id = id;
            let day = build
                .queued
                .to_zoned(TimeZone::UTC)
                .strftime("%Y%m%d")
                .to_string();
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
        for (place, build) in self
            .builds
            .iter()
            .enumerate()
            .filter(|(_, build)| build.finished.is_some())
        {
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
