//! Commits in the REST API: `$top` and `$skip` as search criteria, comments cut to their first line.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    changed_files::{changed_files, counts},
    log::{self, Logged, Person},
    open,
    program::Workshop,
    repository::{Push, Repository},
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    date,
    refusal::Refusal,
};

/// Where a comment is cut in lists.
const COMMENT_CUT: usize = 200;

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Criteria {
    ids: Vec<String>,
    from_date: Option<String>,
    to_date: Option<String>,
    author: Option<String>,
    item_path: Option<String>,
    item_version: Option<Version>,
    compare_version: Option<Version>,
    show_oldest_commits_first: bool,
    include_push_data: bool,
    #[serde(rename = "$top")]
    top: Option<usize>,
    #[serde(rename = "$skip")]
    skip: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Version {
    version: String,
    version_type: Option<String>,
}

impl Version {
    fn revision(&self) -> String {
        match self.version_type.as_deref().unwrap_or("branch") {
            "commit" => self.version.clone(),
            "tag" => format!("refs/tags/{}", self.version),
            _ => format!("refs/heads/{}", self.version),
        }
    }
}

/// The commits of a branch.
pub(super) fn list(context: &Context) -> Reply {
    let query = &context.query;
    let number = |name: &str| -> Result<Option<usize>, Refusal> {
        Ok(query
            .criterion_number(name)?
            .and_then(|number| usize::try_from(number).ok()))
    };
    let text = |name: &str| query.criterion(name).map(str::to_owned);
    let flag = |name: &str| {
        query
            .criterion(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    };
    let version = |name: &str| {
        text(&format!("{name}.version")).map(|version| Version {
            version,
            version_type: text(&format!("{name}.versionType")),
        })
    };
    let criteria = Criteria {
        ids: text("ids")
            .map(|ids| ids.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        from_date: text("fromDate"),
        to_date: text("toDate"),
        author: text("author"),
        item_path: text("itemPath"),
        item_version: version("itemVersion"),
        compare_version: version("compareVersion"),
        show_oldest_commits_first: flag("showOldestCommitsFirst"),
        include_push_data: flag("includePushData"),
        top: number("$top")?,
        skip: number("$skip")?,
    };
    answer(context, &criteria)
}

/// The same by POST.
pub(super) fn batch(context: &Context) -> Reply {
    let mut criteria = context.read_body::<Criteria>()?;
    let number = |name: &str| -> Result<Option<usize>, Refusal> {
        Ok(context
            .query
            .number(name)?
            .and_then(|number| usize::try_from(number).ok()))
    };
    criteria.top = number("$top")?.or(criteria.top);
    criteria.skip = number("$skip")?.or(criteria.skip);
    answer(context, &criteria)
}

fn answer(context: &Context, criteria: &Criteria) -> Reply {
    let world = context.world();
    let (_, repository) = open(context, &world)?;
    let workshop = &world.git.workshop;
    let (top, skip) = (
        criteria.top.unwrap_or(100).min(50_000),
        criteria.skip.unwrap_or(0),
    );
    let Some(mut arguments) = arguments(criteria, repository) else {
        return Ok(Answer::list(&[]));
    };
    // One more than asked for tells whether there is more.
    if criteria.show_oldest_commits_first {
        arguments.insert(0, "--reverse".to_owned());
    } else {
        arguments.insert(0, format!("--skip={skip}"));
        arguments.insert(0, format!("--max-count={}", top + 1));
    }
    let arguments = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let found = log::commits(workshop, &repository.directory, &arguments)
        .map_err(|error| missing(&format!("{error:#}")))?;
    let changes =
        changed_files(workshop, repository, &arguments).map_err(|error| Refusal::broken(&error))?;
    let skipped = if criteria.show_oldest_commits_first {
        skip
    } else {
        0
    };
    let link = world.organization.link();
    let web = world
        .organization
        .project_by_id(repository.project)
        .map(|project| repository.web_url(&world.organization, project));
    let page = found.iter().skip(skipped).take(top).map(|commit| {
        let mut value = json(commit, repository, &link, true);
        if let Value::Object(members) = &mut value {
            let changes = changes
                .get(&commit.id)
                .map(Vec::as_slice)
                .unwrap_or_default();
            members.insert("changeCounts".to_owned(), counts(changes));
            members.insert(
                "remoteUrl".to_owned(),
                json!(
                    web.as_ref()
                        .map(|web| format!("{web}/commit/{}", commit.id))
                ),
            );
            if let (true, Some(push)) = (criteria.include_push_data, push_of(repository, commit)) {
                members.insert("push".to_owned(), push_json(push, &link));
            }
        }
        value
    });
    let answer = Answer::list(&page.collect::<Vec<_>>());
    let more = found.len() > skipped + top;
    let next = format!(
        "<{}/_apis/git/repositories/{}/commits?searchCriteria.$skip={}&searchCriteria.$top={top}>;rel=\"next\"",
        context.base(),
        repository.id,
        skip + top
    );
    Ok(if more {
        answer.header("link", next)
    } else {
        answer
    })
}

/// The arguments of `git log`; none where there is nothing to look at.
fn arguments(criteria: &Criteria, repository: &Repository) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    // Dates are those of commits, not of pushes.
    arguments.extend(
        criteria
            .from_date
            .as_ref()
            .map(|date| format!("--since={date}")),
    );
    arguments.extend(
        criteria
            .to_date
            .as_ref()
            .map(|date| format!("--until={date}")),
    );
    arguments.extend(
        criteria
            .author
            .as_ref()
            .map(|author| format!("--author={author}")),
    );
    if criteria.ids.is_empty() {
        let version = criteria.item_version.as_ref().map(Version::revision);
        let version = version.or_else(|| repository.default_branch.clone())?;
        arguments.push("--end-of-options".to_owned());
        match &criteria.compare_version {
            Some(compare) => arguments.push(format!("{version}..{}", compare.revision())),
            None => arguments.push(version),
        }
    } else {
        arguments.push("--no-walk=unsorted".to_owned());
        arguments.push("--end-of-options".to_owned());
        arguments.extend(criteria.ids.iter().cloned());
    }
    arguments.push("--".to_owned());
    arguments.extend(
        criteria
            .item_path
            .as_ref()
            .map(|path| path.trim_start_matches('/').to_owned())
            .filter(|path| !path.is_empty()),
    );
    Some(arguments)
}

/// One commit, with its whole comment, its parents and, if asked for, its first changes.
pub(super) fn one(context: &Context) -> Reply {
    let world = context.world();
    let (_, repository) = open(context, &world)?;
    let commit = find(&world.git.workshop, repository, context.parameter("commit"))?;
    let link = world.organization.link();
    let mut value = json(&commit, repository, &link, false);
    let changes = changed_files(
        &world.git.workshop,
        repository,
        &["--max-count=1", &commit.id],
    )
    .map_err(|error| Refusal::broken(&error))?;
    let changes = changes
        .get(&commit.id)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if let Value::Object(members) = &mut value {
        members.insert("parents".to_owned(), json!(commit.parents));
        members.insert("treeId".to_owned(), json!(commit.tree));
        if let Some(push) = push_of(repository, &commit) {
            members.insert("push".to_owned(), push_json(push, &link));
        }
        if let Some(count) = context
            .query
            .number("changeCount")?
            .and_then(|count| usize::try_from(count).ok())
        {
            members.insert("changeCounts".to_owned(), counts(changes));
            members.insert(
                "changes".to_owned(),
                changes
                    .iter()
                    .take(count)
                    .map(|change| change.json(repository, &link))
                    .collect(),
            );
        }
    }
    Ok(Answer::json(&value))
}

/// The files of a commit; those of a merge against its first parent.
pub(super) fn changes(context: &Context) -> Reply {
    let world = context.world();
    let (_, repository) = open(context, &world)?;
    let commit = find(&world.git.workshop, repository, context.parameter("commit"))?;
    let changes = changed_files(
        &world.git.workshop,
        repository,
        &["--max-count=1", &commit.id],
    )
    .map_err(|error| Refusal::broken(&error))?;
    let changes = changes
        .get(&commit.id)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let page = crate::paging::Slice::named(context, "top", "skip", 100, 2_000)?;
    let link = world.organization.link();
    let shown = page
        .of(changes)
        .iter()
        .map(|change| change.json(repository, &link))
        .collect::<Vec<_>>();
    Ok(Answer::json(
        &json!({ "changeCounts": counts(changes), "changes": shown }),
    ))
}

fn find(workshop: &Workshop, repository: &Repository, id: &str) -> Result<Logged, Refusal> {
    let plain = id.len() >= 7 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let arguments = ["--max-count=1", id, "--"];
    let found = if plain {
        log::commits(workshop, &repository.directory, &arguments).ok()
    } else {
        None
    };
    found
        .and_then(|found| found.into_iter().next())
        .ok_or_else(|| missing(id))
}

fn missing(what: &str) -> Refusal {
    Refusal::missing(
        "Microsoft.TeamFoundation.Git.Server.GitCommitDoesNotExistException",
        "Microsoft.TeamFoundation.Git.Server",
        &format!(
            "TF401175: The version descriptor <{what}> could not be resolved to a version in the repository."
        ),
    )
}

/// A commit as answers show it.
pub(super) fn json(commit: &Logged, repository: &Repository, link: &str, cut: bool) -> Value {
    let mut value = json!({
        "commitId": commit.id,
        "author": person(&commit.author),
        "committer": person(&commit.committer),
        "comment": commit.message,
        "url": format!("{}/commits/{}", repository.url(link), commit.id),
    });
    let first = commit
        .message
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(COMMENT_CUT)
        .collect::<String>();
    if let (true, Value::Object(members)) = (cut, &mut value) {
        if first.len() < commit.message.trim_end().len() {
            members.insert("commentTruncated".to_owned(), json!(true));
        }
        members.insert("comment".to_owned(), json!(first));
    }
    value
}

fn person(person: &Person) -> Value {
    let at = jiff::Timestamp::from_second(person.at).unwrap_or_default();
    json!({ "name": person.name, "email": person.email, "date": date::sent(at) })
}

fn push_of<'r>(repository: &'r Repository, commit: &Logged) -> Option<&'r Push> {
    repository
        .pushes
        .iter()
        .find(|push| push.updates.iter().any(|update| update.new == commit.id))
}

fn push_json(push: &Push, link: &str) -> Value {
    json!({ "pushedBy": push.by.reference(link), "pushId": push.id, "date": date::sent(push.at) })
}
