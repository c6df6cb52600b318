//! The subjects, all of them. Tokens are ids or slugs of `a-z0-9-`; `-` stands where there is no project.

use uuid::Uuid;

use crate::{Domain, Entity};

/// Name of the stream of jobs.
pub const JOBS_STREAM: &str = "ADIT-JOBS";
/// Name of the stream of pages.
pub const PAGES_STREAM: &str = "ADIT-PAGES";
/// Name of the public stream of changed records.
pub const RECORDS_STREAM: &str = "ADIT-RECORDS";
/// All jobs.
pub const JOBS: &str = "adit.jobs.v1.>";
/// All pages.
pub const PAGES: &str = "adit.pages.v1.>";
/// All records.
pub const RECORDS: &str = "adit.records.v1.>";
/// All progress of runs.
pub const PROGRESS: &str = "adit.events.v1.progress.*";
/// A run was committed to its end.
pub const RUN_ENDED: &str = "adit.events.v1.run-ended";
/// Asks auth for a credential.
pub const TOKEN: &str = "adit.auth.v1.token";
/// Asks auth to make the streams, where one is missing.
pub const PROVISION: &str = "adit.control.v1.provision";
/// Orders a sync.
pub const SYNC_START: &str = "adit.control.v1.sync-start";
/// Asks how the sync stands.
pub const SYNC_STATUS: &str = "adit.control.v1.sync-status";

/// Which of two queues a job waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// What keeps the copy current.
    Fresh,
    /// What fills in history; it yields to what is fresh.
    Backfill,
}

impl Priority {
    /// Both, the more urgent first.
    pub const ALL: [Self; 2] = [Self::Fresh, Self::Backfill];

    /// The token in subjects and consumer names.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Backfill => "backfill",
        }
    }
}

/// Where a job for a feed is put.
pub fn job(domain: Domain, priority: Priority, feed: Uuid) -> String {
    format!("adit.jobs.v1.{domain}.{}.{feed}", priority.token())
}

/// What a fetcher of a domain listens to.
pub fn jobs(domain: Domain, priority: Priority) -> String {
    format!("adit.jobs.v1.{domain}.{}.*", priority.token())
}

/// Where a page is put.
pub fn page(entity: &Entity, organization: Uuid, project: Option<Uuid>) -> String {
    let project = token(project);
    format!("{}{project}", pages(entity, organization))
}

/// How the subjects of all pages of an entity in an organization begin.
pub fn pages(entity: &Entity, organization: Uuid) -> String {
    format!(
        "adit.pages.v1.{}.{}.{organization}.",
        entity.domain,
        entity.token()
    )
}

/// Where a changed record is put.
pub fn record(organization: Uuid, project: Option<Uuid>, entity: &Entity) -> String {
    let project = token(project);
    format!(
        "adit.records.v1.{organization}.{project}.{}.{}",
        entity.domain,
        entity.token()
    )
}

/// A filter over changed records; `None` means any.
pub fn records(
    organization: Option<Uuid>,
    project: Option<Uuid>,
    domain: Option<Domain>,
    entity: Option<&Entity>,
) -> String {
    let any = |value: Option<String>| value.unwrap_or_else(|| "*".to_owned());
    let organization = any(organization.map(|id| id.to_string()));
    let project = any(project.map(|id| id.to_string()));
    let domain = any(entity
        .map(|entity| entity.domain)
        .or(domain)
        .map(|domain| domain.to_string()));
    let entity = any(entity.map(Entity::token));
    format!("adit.records.v1.{organization}.{project}.{domain}.{entity}")
}

/// Where a fetcher tells its progress.
pub fn progress(domain: Domain) -> String {
    format!("adit.events.v1.progress.{domain}")
}

fn token(project: Option<Uuid>) -> String {
    project.map_or_else(|| "-".to_owned(), |project| project.to_string())
}
