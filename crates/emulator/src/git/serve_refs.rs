//! Refs in the REST API: a header token, at most 1,000 a page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Actor, GitWorld, log::Reference, open, repository::Repository};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    paging,
    refusal::Refusal,
};

const DEFAULT_PAGE: usize = 100;
const LARGEST_PAGE: usize = 1_000;

/// What is escaped in the filter of a ref's address.
const FILTER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Branches and tags; the trial merges of pull requests too, unless a filter asks for less.
pub(super) fn list(context: &Context) -> Reply {
    let world = context.world();
    let (_, repository) = open(context, &world)?;
    let prefix = format!("refs/{}", context.query.get("filter").unwrap_or_default());
    let contains = context.query.get("filterContains").unwrap_or_default();
    let all = repository.references.iter();
    let all = all.filter(|reference| {
        reference.name.starts_with(&prefix) && reference.name.contains(contains)
    });
    let all = all.collect::<Vec<_>>();
    // Without $top the service gives everything at once where there is little, and pages of 100 where there is much.
    let (page, next) = paging::by_offset(context, &all, DEFAULT_PAGE, LARGEST_PAGE)?;
    let peel = context.query.flag("peelTags");
    let link = world.organization.link();
    let values = page
        .iter()
        .map(|reference| json(&world.git, repository, reference, &link, peel));
    Ok(Answer::list(&values.collect::<Vec<_>>()).continued(next))
}

/// The address in the REST API.
pub(super) fn url(repository: &Repository, reference: &Reference, link: &str) -> String {
    let short = reference
        .name
        .strip_prefix("refs/")
        .unwrap_or(&reference.name);
    format!(
        "{}/refs?filter={}",
        repository.url(link),
        utf8_percent_encode(short, FILTER)
    )
}

/// Who pushed a ref first: always the same for a name.
pub(super) fn creator<'w>(git: &'w GitWorld, reference: &Reference) -> &'w Actor {
    let number = reference.name.bytes().fold(7_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    &git.people[number % (git.people.len() - 1)]
}

/// Release branches are locked.
pub(super) fn is_locked(reference: &Reference) -> bool {
    reference.name.starts_with("refs/heads/release/")
}

fn json(
    git: &GitWorld,
    repository: &Repository,
    reference: &Reference,
    link: &str,
    peel: bool,
) -> Value {
    let mut value = json!({
        "name": reference.name,
        "objectId": reference.object,
        "creator": creator(git, reference).reference(link),
        "url": url(repository, reference, link),
    });
    if let Value::Object(members) = &mut value {
        if let (true, Some(peeled)) = (peel, &reference.peeled) {
            members.insert("peeledObjectId".to_owned(), json!(peeled));
        }
        if is_locked(reference) {
            members.insert("isLocked".to_owned(), json!(true));
            members.insert("isLockedBy".to_owned(), git.people[0].reference(link));
        }
    }
    value
}

/// An annotated tag by its object.
pub(super) fn annotated_tag(context: &Context) -> Reply {
    let world = context.world();
    let (_, repository) = open(context, &world)?;
    let object = context.parameter("object");
    let tag = repository
        .references
        .iter()
        .find(|reference| reference.object == object && reference.peeled.is_some());
    let tag = tag.ok_or_else(|| {
        Refusal::invalid(&format!(
            "TF401175: The object '{object}' is no annotated tag."
        ))
    })?;
    let format = "--format=%(taggername)%00%(taggeremail:trim)%00%(taggerdate:unix)%00%(contents)";
    let printed = world.git.workshop.run(
        Some(&repository.directory),
        ["for-each-ref", format, &tag.name],
    );
    let printed = printed.map_err(|error| Refusal::broken(&error))?;
    let text = String::from_utf8_lossy(&printed).into_owned();
    let mut parts = text.splitn(4, '\0');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let (name, email, at, message) = (part(), part(), part(), part());
    let at = jiff::Timestamp::from_second(at.parse().unwrap_or_default()).unwrap_or_default();
    Ok(Answer::json(&json!({
        "name": tag.name,
        "objectId": tag.object,
        "taggedObject": { "objectId": tag.peeled, "objectType": "commit" },
        // Dates of tags have no zone.
        "taggedBy": { "name": name, "email": email, "date": crate::date::sent(at).trim_end_matches('Z') },
        "message": message.trim_end(),
        "url": format!("{}/annotatedTags/{object}", repository.url(&world.organization.link())),
    })))
}

/// How far each branch is ahead of and behind the default branch.
pub(super) fn branch_statistics(context: &Context) -> Reply {
    let world = context.world();
    let (_, repository) = open(context, &world)?;
    let Some(base) = &repository.default_branch else {
        return Ok(Answer::list(&[]));
    };
    let wanted = context.query.get("name");
    let mut values = Vec::new();
    for reference in &repository.references {
        let Some(name) = reference
            .name
            .strip_prefix("refs/heads/")
            .filter(|name| wanted.is_none_or(|wanted| wanted == *name))
        else {
            continue;
        };
        let range = format!("{base}...{}", reference.name);
        let printed = world.git.workshop.run(
            Some(&repository.directory),
            ["rev-list", "--left-right", "--count", &range],
        );
        let printed = String::from_utf8_lossy(&printed.map_err(|error| Refusal::broken(&error))?)
            .into_owned();
        let counts = printed
            .split_whitespace()
            .filter_map(|count| count.parse::<i64>().ok())
            .collect::<Vec<_>>();
        values.push(json!({
            "commit": { "commitId": reference.object },
            "name": name,
            "aheadCount": counts.get(1),
            "behindCount": counts.first(),
            "isBaseVersion": reference.name == *base,
        }));
    }
    Ok(Answer::list(&values))
}
