//! Builds: the runs of pipelines.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::dates::parameter;
use crate::error::Error;
use crate::identity::Identity;
use crate::json::{Item, Object, listed};
use crate::paging::{Order, Page, Pages, by_header_token};
use crate::request::Request;

/// Every status but `completed`.
const UNFINISHED: [&str; 4] = ["inProgress", "notStarted", "cancelling", "postponed"];

/// A run of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Unique in the organization.
    pub id: i64,
    /// What people call it.
    pub build_number: Option<String>,
    /// Tells builds of one number apart.
    pub build_number_revision: Option<i64>,
    /// Its project.
    pub project_id: Option<Uuid>,
    /// The project's current name.
    pub project_name: Option<String>,
    /// What was run.
    pub definition_id: Option<i64>,
    /// The pipeline's current name.
    pub definition_name: Option<String>,
    /// Which revision of the pipeline.
    pub definition_revision: Option<i64>,
    /// `inProgress`, `completed`, `cancelling`, `postponed`, `notStarted`.
    pub status: Option<String>,
    /// `succeeded`, `partiallySucceeded`, `failed`, `canceled`; absent until it is completed.
    pub result: Option<String>,
    /// `manual`, `individualCI`, `batchedCI`, `schedule`, `pullRequest`, …
    pub reason: Option<String>,
    /// `low`, `belowNormal`, `normal`, `aboveNormal`, `high`.
    pub priority: Option<String>,
    /// When it was ordered.
    pub queue_time: Option<Timestamp>,
    /// When it started; never, if it was cancelled in the queue.
    pub start_time: Option<Timestamp>,
    /// When it finished; a retry of a stage sets it again.
    pub finish_time: Option<Timestamp>,
    /// When anything about it was changed.
    pub last_changed_date: Option<Timestamp>,
    /// By whom.
    pub last_changed_by: Option<Identity>,
    /// On whose behalf it was run.
    pub requested_for: Option<Identity>,
    /// Who ordered it.
    pub requested_by: Option<Identity>,
    /// `refs/heads/…`, `refs/pull/…/merge`, `$/…`
    pub source_branch: Option<String>,
    /// A commit, or `C` and a changeset.
    pub source_version: Option<String>,
    /// A guid for Azure Repos, else a name.
    pub repository_id: Option<String>,
    /// `TfsGit`, `TfsVersionControl`, `GitHub`, …
    pub repository_type: Option<String>,
    /// The repository's name.
    pub repository_name: Option<String>,
    /// The queue of the pool.
    pub queue_id: Option<i64>,
    /// The queue's name.
    pub queue_name: Option<String>,
    /// The agents' pool.
    pub pool_id: Option<i64>,
    /// The pool's name.
    pub pool_name: Option<String>,
    /// Joins it with deployment records.
    pub orchestration_plan_id: Option<Uuid>,
    /// The build whose completion started it.
    pub triggered_by_build_id: Option<i64>,
    /// Whether retention leaves it alone.
    pub keep_forever: Option<bool>,
    /// Whether a release needs it.
    pub retained_by_release: Option<bool>,
    /// Whether retention or a person deleted it.
    pub deleted: Option<bool>,
    /// When it was deleted.
    pub deleted_date: Option<Timestamp>,
    /// By whom it was deleted.
    pub deleted_by: Option<Identity>,
    /// Why it was deleted.
    pub deleted_reason: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What started it (`ci.sourceSha`, `pr.number`, …): a JSON object.
    pub trigger_info: Option<String>,
    /// Parameters of its YAML: a JSON object.
    pub template_parameters: Option<String>,
    /// Variables set when it was ordered: JSON in a text.
    pub parameters: Option<String>,
    /// What is wrong with its YAML: a JSON list.
    pub validation_results: Option<String>,
    /// `vstfs:///Build/Build/…`
    pub uri: Option<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

impl Item for Build {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        let mut project = object.nested("project").unwrap_or_default();
        let mut definition = object.nested("definition").unwrap_or_default();
        let mut repository = object.nested("repository").unwrap_or_default();
        let mut queue = object.nested("queue").unwrap_or_default();
        let mut pool = queue.nested("pool").unwrap_or_default();
        let mut plan = object.nested("orchestrationPlan").unwrap_or_default();
        let cause = object.look_into("triggeredByBuild");
        Ok(Self {
            id: object.key_int("id")?,
            build_number: object.text("buildNumber"),
            build_number_revision: object.int("buildNumberRevision"),
            project_id: project.uuid("id"),
            project_name: project.text("name"),
            definition_id: definition.int("id"),
            definition_name: definition.text("name"),
            definition_revision: definition.int("revision"),
            status: object.text("status"),
            result: object.text("result"),
            reason: object.text("reason"),
            priority: object.text("priority"),
            queue_time: object.time("queueTime"),
            start_time: object.time("startTime"),
            finish_time: object.time("finishTime"),
            last_changed_date: object.time("lastChangedDate"),
            last_changed_by: object.identity("lastChangedBy"),
            requested_for: object.identity("requestedFor"),
            requested_by: object.identity("requestedBy"),
            source_branch: object.text("sourceBranch"),
            source_version: object.text("sourceVersion"),
            repository_id: repository.text("id"),
            repository_type: repository.text("type"),
            repository_name: repository.text("name"),
            queue_id: queue.int("id"),
            queue_name: queue.text("name"),
            pool_id: pool.int("id"),
            pool_name: pool.text("name"),
            orchestration_plan_id: plan.uuid("planId"),
            triggered_by_build_id: cause.and_then(|mut cause| cause.int("id")),
            keep_forever: object.bool("keepForever"),
            retained_by_release: object.bool("retainedByRelease"),
            deleted: object.bool("deleted"),
            deleted_date: object.time("deletedDate"),
            deleted_by: object.identity("deletedBy"),
            deleted_reason: object.text("deletedReason"),
            tags: object.texts("tags"),
            trigger_info: object.json("triggerInfo"),
            template_parameters: object.json("templateParameters"),
            parameters: object.text("parameters"),
            validation_results: object.json("validationResults"),
            uri: object.text("uri"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

/// Listings of the builds of a project. There is none of a whole organization.
#[derive(Clone, Debug)]
pub struct Builds {
    client: Client,
    request: Request,
}

/// A listing of finished builds.
#[derive(Clone, Debug)]
pub struct FinishedBuilds(Builds);

impl Client {
    /// Builds of a project.
    pub fn builds(&self, project: Uuid) -> Builds {
        Builds {
            client: self.clone(),
            request: Request::get("{project}/_apis/build/builds", &[&project.to_string()])
                .with("$top", 1000),
        }
    }

    /// One build.
    pub async fn build(&self, project: Uuid, id: i64) -> Result<Option<Build>, Error> {
        let request = Request::get(
            "{project}/_apis/build/builds/{build}",
            &[&project.to_string(), &id.to_string()],
        );
        self.find(&request).await
    }
}

impl Builds {
    /// Those that finished then or later, oldest first. Builds that finish at the same tick may be
    /// told apart wrongly by the service: ask a little earlier than the last one read.
    #[must_use]
    pub fn finished_since(mut self, time: Timestamp) -> FinishedBuilds {
        if time > Timestamp::UNIX_EPOCH {
            self.request.set("minTime", parameter(time));
        }
        self.finished()
    }

    /// All that finished, oldest first.
    #[must_use]
    pub fn finished(mut self) -> FinishedBuilds {
        // The token is a time, and means nothing in another order; the default order is descending
        // and hides what still runs.
        self.request.set("queryOrder", "finishTimeAscending");
        self.request.set("statusFilter", "completed");
        FinishedBuilds(self)
    }

    /// Those that retention or people have deleted, and that are still known; newest first.
    pub fn deleted(mut self) -> Pages<Build> {
        self.request.set("queryOrder", "finishTimeDescending");
        self.request.set("deletedFilter", "onlyDeleted");
        by_header_token(self.client, self.request, Order::NewestFirst)
    }

    /// The given ones, as far as they exist.
    pub fn with_ids(mut self, ids: &[i64]) -> Pages<Build> {
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        self.request.set("buildIds", ids.join(","));
        by_header_token(self.client, self.request, Order::Whole)
    }

    /// All that have not finished, in every status that is not final.
    pub fn unfinished(self) -> Pages<Build> {
        let listings = stream::once(async move { self.unfinished_listings().await });
        let pages = listings.try_flatten().map(|page: Result<Page<Build>, _>| {
            let mut page = page?;
            // Should the filter be ignored, the finished ones are not ours.
            page.items
                .retain(|build| build.status.as_deref() != Some("completed"));
            Ok(page)
        });
        Pages::new(Order::Whole, pages)
    }

    /// One listing where the service takes a list of statuses, else one for each. The parameter is
    /// a set of flags, so a list is understood; it is not documented, and a list that is silently
    /// not understood would look like "nothing runs".
    async fn unfinished_listings(
        self,
    ) -> Result<stream::BoxStream<'static, Result<Page<Build>, Error>>, Error> {
        if self.takes_lists().await? {
            return Ok(self.in_status(&UNFINISHED.join(",")).boxed());
        }
        let each = UNFINISHED.map(|status| self.in_status(status));
        Ok(stream::iter(each).flatten().boxed())
    }

    fn in_status(&self, status: &str) -> Pages<Build> {
        let request = self
            .request
            .clone()
            .with("queryOrder", "queueTimeAscending")
            .with("statusFilter", status);
        by_header_token(self.client.clone(), request, Order::Whole)
    }

    /// Asked once per process: whether `completed` counts in a list. A project without a finished
    /// build proves nothing.
    async fn takes_lists(&self) -> Result<bool, Error> {
        let learned = &self.client.exchange.http.learned;
        if learned.flag_lists() {
            return Ok(true);
        }
        let request = self
            .request
            .clone()
            .with("statusFilter", "cancelling,completed")
            .with("$top", 1);
        match self.client.read(&request, listed::<Build>).await {
            Ok((read, _)) => {
                let is_completed = |build: &Build| build.status.as_deref() == Some("completed");
                let proven = read.items.iter().any(is_completed);
                if proven {
                    learned.flag_lists_work();
                }
                Ok(proven)
            }
            Err(Error::BadRequest(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl FinishedBuilds {
    /// With those that retention or people have deleted.
    #[must_use]
    pub fn with_deleted(mut self) -> Self {
        self.0.request.set("deletedFilter", "includeDeleted");
        self
    }

    /// The pages, oldest first.
    pub fn pages(self) -> Pages<Build> {
        by_header_token(self.0.client, self.0.request, Order::OldestFirst)
    }
}
