//! Lists of builds.

use uuid::Uuid;

use super::{
    build::{Build, Status},
    build_json::Writer,
    order::{Order, fingerprint},
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    organization::Project,
    refusal::Refusal,
    world::World,
};

const DEFAULT_PAGE: usize = 1_000;
const LARGEST_PAGE: usize = 5_000;

/// What is asked for; the names of parameters are the service's.
const FILTERS: [&str; 16] = [
    "definitions",
    "queues",
    "buildNumber",
    "minTime",
    "maxTime",
    "requestedFor",
    "reasonFilter",
    "statusFilter",
    "resultFilter",
    "tagFilters",
    "maxBuildsPerDefinition",
    "deletedFilter",
    "branchName",
    "buildIds",
    "repositoryId",
    "queryOrder",
];

/// The builds of a project.
pub(super) fn list(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?;
    let order = match context.query.get("queryOrder") {
        None => Order::DEFAULT,
        Some(name) => Order::of(name).ok_or_else(|| Refusal::argument("queryOrder", name))?,
    };
    let top = context.query.number("$top")?;
    let top = top
        .and_then(|top| usize::try_from(top).ok())
        .map_or(DEFAULT_PAGE, |top| top.clamp(1, LARGEST_PAGE));
    let mut found = filtered(context, &world, project, order)?;
    let scope = project.id.to_string();
    let mut asked = vec![scope.as_str()];
    asked.extend(FILTERS.map(|name| context.query.get(name).unwrap_or_default()));
    let query = fingerprint(&asked);
    let tokens = &world.pipelines.tokens;
    let token = context
        .query
        .get("continuationToken")
        .and_then(|text| tokens.take(text, query));
    if let Some(token) = token {
        found.retain(|build| order.follows(build, token));
    }
    order.sort(&mut found);
    let next = found
        .get(top)
        .map(|next| tokens.give(order.token(next, token), query));
    let mut writer = Writer::new(&world.pipelines, &world.organization);
    let page = found
        .iter()
        .take(top)
        .map(|build| writer.write(build))
        .collect::<Vec<_>>();
    Ok(Answer::texts(page.iter().map(String::as_str)).continued(next))
}

fn filtered<'w>(
    context: &Context,
    world: &'w World,
    project: &Project,
    order: Order,
) -> Result<Vec<&'w Build>, Refusal> {
    let query = &context.query;
    let numbers = |name: &str| -> Result<Vec<i64>, Refusal> {
        query
            .list(name)
            .into_iter()
            .map(|part| part.parse().map_err(|_| Refusal::argument(name, part)))
            .collect()
    };
    let (definitions, queues, ids) = (
        numbers("definitions")?,
        numbers("queues")?,
        numbers("buildIds")?,
    );
    let (from, to) = (query.time("minTime")?, query.time("maxTime")?);
    let statuses = words(query.list("statusFilter"), "statusFilter", &status_words())?;
    let results = words(
        query.list("resultFilter"),
        "resultFilter",
        &[
            "none",
            "succeeded",
            "partiallySucceeded",
            "failed",
            "canceled",
        ],
    )?;
    let reasons = query
        .list("reasonFilter")
        .into_iter()
        .filter(|word| !word.eq_ignore_ascii_case("all"))
        .collect::<Vec<_>>();
    let tags = query.list("tagFilters");
    let deleted = query.get("deletedFilter").unwrap_or("excludeDeleted");
    let person = query.get("requestedFor");
    let pipelines = &world.pipelines;
    let takes = |build: &Build| {
        let definition = &pipelines.definitions[build.definition];
        (ids.is_empty() || ids.contains(&build.id))
            && (definitions.is_empty() || definitions.contains(&definition.id))
            && (queues.is_empty()
                || definition
                    .queue
                    .is_some_and(|queue| queues.contains(&queue.id)))
            && from.is_none_or(|from| order.time(build).is_some_and(|time| time >= from))
            && to.is_none_or(|to| order.time(build).is_some_and(|time| time <= to))
            && (statuses.is_empty() || any(&statuses, build.status.word()))
            && (results.is_empty()
                || build
                    .result
                    .is_some_and(|result| any(&results, result.word())))
            && (reasons.is_empty() || any(&reasons, build.reason))
            && tags.iter().all(|tag| build.tags.contains(tag))
            && shows_deleted(deleted, build)
            && person.is_none_or(|who| is_called(world, build.requested_for, who))
            && query
                .get("branchName")
                .is_none_or(|branch| branch == build.branch)
            && query
                .get("buildNumber")
                .is_none_or(|number| matches(number, &build.number))
            && query
                .get("repositoryId")
                .is_none_or(|id| id == definition.source.id)
    };
    let mut found = pipelines
        .builds_of(project.id)
        .filter(|build| context.caller.reads(project.id) && takes(build))
        .collect::<Vec<_>>();
    if let Some(most) = query
        .number("maxBuildsPerDefinition")?
        .and_then(|most| usize::try_from(most).ok())
    {
        let mut counts = std::collections::HashMap::<usize, usize>::new();
        order.sort(&mut found);
        found.retain(|build| {
            let count = counts.entry(build.definition).or_default();
            *count += 1;
            *count <= most
        });
    }
    Ok(found)
}

fn status_words() -> Vec<&'static str> {
    Status::ALL
        .iter()
        .map(|status| status.word())
        .chain(["none"])
        .collect()
}

/// The parts of a filter, which is a set of flags; `all` is no filter, and an unknown word is refused.
fn words<'q>(given: Vec<&'q str>, name: &str, known: &[&str]) -> Result<Vec<&'q str>, Refusal> {
    if any(&given, "all") {
        return Ok(Vec::new());
    }
    match given.iter().find(|word| !any(known, word)) {
        Some(unknown) => Err(Refusal::argument(name, unknown)),
        None => Ok(given),
    }
}

fn any(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn shows_deleted(filter: &str, build: &Build) -> bool {
    match filter.to_ascii_lowercase().as_str() {
        "includedeleted" => true,
        "onlydeleted" => build.deleted.is_some(),
        _ => build.deleted.is_none(),
    }
}

fn is_called(world: &World, person: usize, who: &str) -> bool {
    let identity = &world.pipelines.people[person];
    Uuid::parse_str(who).is_ok_and(|id| id == identity.id)
        || identity.display_name == who
        || identity.unique_name == who
}

/// A star at the end stands for anything.
fn matches(pattern: &str, number: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == number, |start| number.starts_with(start))
}
