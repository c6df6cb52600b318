//! Pushes in the REST API: newest first.

use serde_json::{Value, json};

use super::{
    open,
    repository::{Detail, Push, Repository},
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    date,
    organization::{Organization, Project},
    paging::Slice,
    refusal::Refusal,
};

/// The pushes of a repository.
pub(super) fn list(context: &Context) -> Reply {
    let world = context.world();
    let (project, repository) = open(context, &world)?;
    let query = &context.query;
    let (from, to) = (
        query.criterion_time("fromDate")?,
        query.criterion_time("toDate")?,
    );
    let (reference, updates) = (
        query.criterion("refName"),
        query
            .criterion("includeRefUpdates")
            .is_some_and(|value| value.eq_ignore_ascii_case("true")),
    );
    let pushes = repository.pushes.iter().rev().filter(|push| {
        from.is_none_or(|from| push.at >= from)
            && to.is_none_or(|to| push.at <= to)
            && reference
                .is_none_or(|name| push.updates.iter().any(|update| update.reference == name))
    });
    let pushes = pushes.collect::<Vec<_>>();
    let page = Slice::asked(context, 100, 1_000)?;
    let values = page
        .of(&pushes)
        .iter()
        .map(|push| json(&world.organization, project, repository, push, updates));
    Ok(Answer::list(&values.collect::<Vec<_>>()))
}

/// One push.
pub(super) fn one(context: &Context) -> Reply {
    let world = context.world();
    let (project, repository) = open(context, &world)?;
    let id = context.parameter_number("push")?;
    let push = repository.pushes.iter().find(|push| push.id == id);
    let push = push.ok_or_else(|| {
        Refusal::missing(
            "Microsoft.TeamFoundation.Git.Server.GitPushNotFoundException",
            "Microsoft.TeamFoundation.Git.Server",
            &format!("TF401031: The push {id} does not exist."),
        )
    })?;
    Ok(Answer::json(&json(
        &world.organization,
        project,
        repository,
        push,
        true,
    )))
}

fn json(
    organization: &Organization,
    project: &Project,
    repository: &Repository,
    push: &Push,
    updates: bool,
) -> Value {
    let link = organization.link();
    let mut value = json!({
        "repository": repository.json(organization, project, Detail::Listed),
        "pushedBy": push.by.reference(&link),
        "pushId": push.id,
        "date": date::sent(push.at),
        "url": format!("{}/pushes/{}", repository.url(&link), push.id),
    });
    if let (true, Value::Object(members)) = (updates, &mut value) {
        let update = |update: &super::repository::Update| {
            json!({
                "repositoryId": repository.id,
                "name": update.reference,
                "oldObjectId": update.old,
                "newObjectId": update.new,
            })
        };
        members.insert(
            "refUpdates".to_owned(),
            push.updates.iter().map(update).collect(),
        );
    }
    value
}
