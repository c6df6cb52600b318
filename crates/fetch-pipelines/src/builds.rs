//! Reads the builds of a project.

use azdo::{Build, Page, Pages};
use fetch::{
    Context, Listing,
    convert::{extra, id, identity, text, time},
};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wire::proto::pipelines::v1;

/// The feed is read again from so long before its cursor: builds that finish at the same moment may straddle pages, and
/// one may become visible late (PITFALLS 11).
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// When the last build that was read had finished.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Finished(Option<Timestamp>);

/// Reads the builds of a project: those that finished, oldest first, then all that have not. The latter are read in
/// every run until they finish, whenever they were queued.
#[derive(Debug)]
pub(crate) struct Builds;

impl Listing for Builds {
    type Cursor = Finished;
    type Item = Build;
    type Record = v1::Build;

    fn pages(&self, context: &Context, since: &Finished) -> Pages<Build> {
        let project = context.scope.project.unwrap_or_default();
        let finished = match since.0 {
            Some(time) => context
                .azdo
                .builds(project)
                .finished_since(time.saturating_sub(OVERLAP).unwrap_or(time)),
            None => context.azdo.builds(project).finished(),
        };
        let finished = finished.pages();
        let unfinished = context.azdo.builds(project).unfinished();
        Pages::new(finished.order(), finished.chain(unfinished))
    }

    fn record(&self, context: &Context, build: Build) -> v1::Build {
        v1::Build {
            id: build.id,
            project_id: context.scope.project_id(),
            build_number: text(build.build_number),
            definition_id: build.definition_id.unwrap_or_default(),
            definition_name: text(build.definition_name),
            definition_revision: build.definition_revision.unwrap_or_default(),
            status: text(build.status),
            result: text(build.result),
            reason: text(build.reason),
            priority: text(build.priority),
            queue_time: time(build.queue_time),
            start_time: time(build.start_time),
            finish_time: time(build.finish_time),
            last_changed_date: time(build.last_changed_date),
            last_changed_by: identity(build.last_changed_by),
            requested_for: identity(build.requested_for),
            requested_by: identity(build.requested_by),
            source_branch: text(build.source_branch),
            source_version: text(build.source_version),
            repository_id: text(build.repository_id),
            repository_type: text(build.repository_type),
            queue_id: build.queue_id,
            queue_name: text(build.queue_name),
            pool_name: text(build.pool_name),
            orchestration_plan_id: id(build.orchestration_plan_id),
            build_number_revision: build.build_number_revision,
            keep_forever: build.keep_forever.unwrap_or_default(),
            retained_by_release: build.retained_by_release.unwrap_or_default(),
            deleted: build.deleted.unwrap_or_default(),
            deleted_date: time(build.deleted_date),
            deleted_reason: text(build.deleted_reason),
            triggered_by_build_id: build.triggered_by_build_id,
            tags: build.tags,
            trigger_info: text(build.trigger_info),
            template_parameters: text(build.template_parameters),
            parameters: text(build.parameters),
            validation_results: text(build.validation_results),
            uri: text(build.uri),
            url: text(build.url),
            extra: extra(build.extra),
        }
    }

    fn advance(&self, since: Finished, page: &Page<Build>) -> Finished {
        let last = page
            .items
            .iter()
            .filter_map(|build| build.finish_time)
            .max();
        Finished(since.0.max(last))
    }
}
