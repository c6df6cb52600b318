//! Changes of builds, one kind a verb.
//!
//! | kind | arguments |
//! |---|---|
//! | `queue_build` | `definition`, `reason` |
//! | `start_build` | `build` |
//! | `finish_build` | `build`, `result` |
//! | `retry_build` | `build`: a build that failed runs again, with the same id |
//!
//! All may be left out: then one is picked that the main reader can see.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{
    build::{Build, Result as Ended, Shape, Status},
    heads::Heads,
    timeline_make::timeline,
    truth::{BUILDS, TIMELINES},
};
use crate::{
    change::{Changed, Order, Outcome},
    refusal::Refusal,
    world::World,
};

type Done = Result<Vec<Changed>, Refusal>;

/// Carries out the kinds of this domain.
pub fn change(world: &mut World, order: &Order) -> Outcome {
    let verb: fn(&mut World, &Order) -> Done = match order.kind.as_str() {
        "queue_build" => queue,
        "start_build" => start,
        "finish_build" => finish,
        "retry_build" => retry,
        _ => return None,
    };
    Some(verb(world, order))
}

/// Something that happens every day.
pub fn random_change(world: &mut World) -> Done {
    let kinds = [
        "queue_build",
        "queue_build",
        "start_build",
        "finish_build",
        "finish_build",
        "retry_build",
    ];
    let kind = (*world.pipelines.random.pick(&kinds)).to_owned();
    let order = Order {
        kind,
        arguments: Map::new(),
    };
    change(world, &order).unwrap_or_else(|| Ok(Vec::new()))
}

fn queue(world: &mut World, order: &Order) -> Done {
    let now = world.clock.now();
    let reader = world.organization.main_reader();
    let pipelines = &mut world.pipelines;
    let asked = order.number("definition");
    let able = pipelines
        .definitions
        .iter()
        .enumerate()
        .filter(|(_, definition)| match asked {
            Some(id) => definition.id == id,
            None => reader.reads(definition.project),
        });
    let able = able.map(|(place, _)| place).collect::<Vec<_>>();
    let place = (!able.is_empty()).then(|| *pipelines.random.pick(&able));
    let place = place
        .ok_or_else(|| Refusal::argument("definition", &asked.unwrap_or_default().to_string()))?;
    let definition = &pipelines.definitions[place];
    let repository = world
        .git
        .repositories
        .iter()
        .find(|repository| repository.id.to_string() == definition.source.id);
    let heads = repository
        .map(|repository| Heads::of(&world.git, repository))
        .unwrap_or_default();
    let who = pipelines.random.below(pipelines.people.len() - 1);
    let mut build = heads.queued(&mut pipelines.random, definition, place, now, who);
    if let Some(reason) = order.text("reason") {
        let known = [
            "manual",
            "individualCI",
            "batchedCI",
            "schedule",
            "pullRequest",
            "triggered",
        ];
        let known = known.into_iter().find(|known| *known == reason);
        build.reason = known.ok_or_else(|| Refusal::argument("reason", reason))?;
    }
    build.id = pipelines.builds.last().map_or(100, |last| last.id) + 1;
    build.number = format!(
        "{}.{}",
        now.to_zoned(TimeZone::UTC).strftime("%Y%m%d"),
        build.id
    );
    let id = build.id;
    pipelines.builds.push(build);
    Ok(vec![Changed::created(BUILDS, key(id))])
}

fn start(world: &mut World, order: &Order) -> Done {
    let now = world.clock.now();
    let place = find(world, order, |build| build.status == Status::NotStarted)?;
    let pipelines = &mut world.pipelines;
    let service = pipelines.people.len() - 1;
    let build = &mut pipelines.builds[place];
    build.status = Status::InProgress;
    build.started = Some(now);
    build.changed = now;
    build.changed_by = service;
    Ok(vec![Changed::updated(BUILDS, key(build.id))])
}

fn finish(world: &mut World, order: &Order) -> Done {
    let now = world.clock.now();
    let result = match order.text("result") {
        Some(name) => Some(Ended::of(name).ok_or_else(|| Refusal::argument("result", name))?),
        None => None,
    };
    let place = find(world, order, |build| build.status != Status::Completed)?;
    let pipelines = &mut world.pipelines;
    let service = pipelines.people.len() - 1;
    let picked = *pipelines.random.pick(&[
        Ended::Succeeded,
        Ended::Succeeded,
        Ended::Failed,
        Ended::PartiallySucceeded,
    ]);
    let build = &mut pipelines.builds[place];
    build.started.get_or_insert(build.queued);
    build.status = Status::Completed;
    build.result = Some(result.unwrap_or(picked));
    build.finished = Some(now);
    build.changed = now;
    build.changed_by = service;
    let again = build.before_retry.take();
    let build = &pipelines.builds[place];
    let mut changed = vec![Changed::updated(BUILDS, key(build.id))];
    let before = again.and_then(|before| timeline(pipelines, &before));
    let after = timeline(pipelines, build);
    changed.extend(after.map(|_| {
        let change = if before.is_some() {
            Changed::updated
        } else {
            Changed::created
        };
        change(TIMELINES, json!({ "build_id": build.id }))
    }));
    Ok(changed)
}

fn retry(world: &mut World, order: &Order) -> Done {
    let now = world.clock.now();
    let able = |build: &Build| {
        build.status == Status::Completed
            && build.deleted.is_none()
            && build.started.is_some()
            && build.shape == Shape::Whole
            && matches!(
                build.result,
                Some(Ended::Failed | Ended::Canceled | Ended::PartiallySucceeded)
            )
    };
    let place = find(world, order, able)?;
    let build = &mut world.pipelines.builds[place];
    build.before_retry = Some(Box::new(build.clone()));
    build.status = Status::InProgress;
    build.result = None;
    build.finished = None;
    build.attempt += 1;
    build.changed = now;
    Ok(vec![Changed::updated(BUILDS, key(build.id))])
}

/// The place of the build of an order, or of one that is able to; the youngest are likelier.
fn find(world: &mut World, order: &Order, able: impl Fn(&Build) -> bool) -> Result<usize, Refusal> {
    let reader = world.organization.main_reader();
    let pipelines = &mut world.pipelines;
    if let Some(id) = order.number("build") {
        let found = pipelines.builds.iter().position(|build| build.id == id);
        let found = found.ok_or_else(|| Refusal::argument("build", &id.to_string()))?;
        return if able(&pipelines.builds[found]) {
            Ok(found)
        } else {
            Err(Refusal::invalid(&format!(
                "build {id} is {}",
                pipelines.builds[found].status.word()
            )))
        };
    }
    let places = pipelines.builds.iter().enumerate().rev();
    let places = places
        .filter(|(_, build)| reader.reads(build.project) && able(build))
        .map(|(place, _)| place);
    let places = places.take(20).collect::<Vec<_>>();
    if places.is_empty() {
        return Err(Refusal::invalid("there is no build in that state"));
    }
    Ok(*pipelines.random.pick(&places))
}

fn key(id: i64) -> Value {
    json!({ "id": id })
}
