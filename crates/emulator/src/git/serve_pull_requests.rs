//! Lists of pull requests: active ones unless asked otherwise, newest id first, cut silently at 1,000 a page.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    open,
    pull_request::{PullRequest, Status},
    repository::Detail,
};
use crate::{
    answer::{Answer, Reply},
    context::Context,
    json,
    paging::Slice,
    refusal::Refusal,
    world::World,
};

const DEFAULT_PAGE: usize = 101;
const LARGEST_PAGE: usize = 1_000;

/// Those of all repositories of a project.
pub(super) fn of_project(context: &Context) -> Reply {
    let world = context.world();
    let project = context.the_project(&world)?;
    let repositories = world.git.repositories.iter().filter(|repository| {
        repository.open() && context.covers(Some(project), repository.project)
    });
    let ids = repositories
        .map(|repository| repository.id)
        .collect::<Vec<_>>();
    list(context, &world, &ids)
}

/// Those of one repository.
pub(super) fn of_repository(context: &Context) -> Reply {
    let world = context.world();
    let (_, repository) = open(context, &world)?;
    list(context, &world, &[repository.id])
}

/// What is asked for.
struct Criteria {
    status: Option<Status>,
    repository: Option<Uuid>,
    creator: Option<Uuid>,
    reviewer: Option<Uuid>,
    source: Option<String>,
    target: Option<String>,
    closed: bool,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Criteria {
    fn read(context: &Context) -> Result<Self, Refusal> {
        let query = &context.query;
        let guid = |name: &str| -> Result<Option<Uuid>, Refusal> {
            let value = query.criterion(name);
            value
                .map(|value| Uuid::parse_str(value).map_err(|_| Refusal::argument(name, value)))
                .transpose()
        };
        let status = query.criterion("status").unwrap_or("active");
        let status = match status.to_ascii_lowercase().as_str() {
            // As the service has it, "not set" is what one gets without asking.
            "active" | "notset" | "1" | "0" => Some(Status::Active),
            "abandoned" | "2" => Some(Status::Abandoned),
            "completed" | "3" => Some(Status::Completed),
            "all" | "4" => None,
            _ => return Err(Refusal::argument("searchCriteria.status", status)),
        };
        let range = query.criterion("queryTimeRangeType").unwrap_or("created");
        Ok(Self {
            status,
            repository: guid("repositoryId")?,
            creator: guid("creatorId")?,
            reviewer: guid("reviewerId")?,
            source: query.criterion("sourceRefName").map(str::to_owned),
            target: query.criterion("targetRefName").map(str::to_owned),
            closed: range.eq_ignore_ascii_case("closed") || range == "2",
            from: query.criterion_time("minTime")?,
            to: query.criterion_time("maxTime")?,
        })
    }

    fn take(&self, pull_request: &PullRequest) -> bool {
        let at = if self.closed {
            pull_request.closed
        } else {
            Some(pull_request.created)
        };
        self.status
            .is_none_or(|status| status == pull_request.status)
            && self
                .repository
                .is_none_or(|id| id == pull_request.repository)
            && self
                .creator
                .is_none_or(|id| id == pull_request.created_by.id)
            && self.reviewer.is_none_or(|id| {
                pull_request
                    .reviewers
                    .iter()
                    .any(|reviewer| reviewer.who.id == id)
            })
            && self
                .source
                .as_ref()
                .is_none_or(|name| *name == pull_request.source)
            && self
                .target
                .as_ref()
                .is_none_or(|name| *name == pull_request.target)
            && self.from.is_none_or(|from| at.is_some_and(|at| at >= from))
            && self.to.is_none_or(|to| at.is_some_and(|at| at <= to))
    }
}

fn list(context: &Context, world: &World, repositories: &[Uuid]) -> Reply {
    let criteria = Criteria::read(context)?;
    let found = world.git.pull_requests.iter().rev();
    let found = found.filter(|pull_request| {
        repositories.contains(&pull_request.repository) && criteria.take(pull_request)
    });
    let found = found.collect::<Vec<_>>();
    let page = Slice::asked(context, DEFAULT_PAGE, LARGEST_PAGE)?;
    let texts = page.of(&found).iter().filter_map(|pull_request| {
        let repository = world.git.repository(pull_request.repository)?;
        let project = world.organization.project_by_id(repository.project)?;
        Some(json::kept(&pull_request.json(
            &world.organization,
            project,
            repository,
            Detail::Stub,
        )))
    });
    let texts = texts.collect::<Vec<_>>();
    Ok(Answer::texts(texts.iter().map(String::as_str)))
}
