//! Syncs over HTTP: the scheduler is asked over NATS.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::Query;
use front::{Administrator, Caller, Problem, ProblemDocument};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::proto::control::v1::{
    self as proto, StartSyncReply, StartSyncRequest, SyncStatusReply, SyncStatusRequest,
};
use wire::{subject, to_timestamp};

use super::Api;

const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Which connections.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct Of {
    /// Name or guid of a connection; none for all.
    #[serde(default)]
    connection: String,
}

/// What is to be read now.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SyncWish {
    /// Name or guid of a connection; empty for all.
    connection: String,
    /// Only this domain.
    domain: String,
    /// Only this entity.
    entity: String,
}

/// What was ordered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SyncOrdered {
    /// Feeds that are due now.
    feeds: u64,
}

/// How syncs stand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SyncStanding {
    /// Nothing runs, nothing is due and no detail is lacking.
    idle: bool,
    /// One an entity.
    entities: Vec<EntityStanding>,
    /// What is not complete, and why.
    problems: Vec<FeedProblem>,
    /// Runs that go on.
    running: Vec<Running>,
}

/// How one entity stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntityStanding {
    domain: String,
    entity: String,
    /// Feeds, and how many of them are complete, run, or wait for a run.
    feeds: u64,
    complete: u64,
    running: u64,
    due: u64,
    /// Details that are still lacking.
    gaps: u64,
    /// Rows that are not deleted.
    rows: u64,
    /// Records committed by all runs.
    records: u64,
    /// Requests made by all ended runs.
    requests: u64,
    /// Records that could not be stored.
    dead: u64,
    /// The oldest of the feeds' last complete readings; none when one was never complete.
    #[schema(value_type = Option<String>, format = DateTime)]
    fresh_at: Option<Timestamp>,
}

/// A feed that is not complete.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedProblem {
    connection: String,
    organization: String,
    project: String,
    repository: String,
    entity: String,
    /// `partial` or `failed`.
    status: String,
    /// In one word.
    reason: String,
    /// In a sentence, with the remedy.
    explanation: String,
}

/// A run that goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Running {
    entity: String,
    organization: String,
    project: String,
    repository: String,
    records: u64,
    pages: u64,
    requests: u64,
    /// What it waits for; empty when it works.
    waiting_for: String,
}

#[utoipa::path(get, path = "/api/v1/sync", tag = "sync", operation_id = "get_sync", params(Of), responses(
    (status = 200, description = "How syncs stand", body = SyncStanding),
    (status = 503, description = "The scheduler does not answer", body = ProblemDocument)
))]
pub(super) async fn status(
    State(api): State<Api>,
    _: Caller,
    Query(of): Query<Of>,
) -> Result<Json<SyncStanding>, Problem> {
    let request = SyncStatusRequest {
        connection: of.connection,
    };
    let reply: SyncStatusReply = api
        .bus
        .request(subject::SYNC_STATUS, &request, ANSWER_WITHIN)
        .await
        .map_err(Problem::unavailable)?;
    accepted(&reply.error)?;
    Ok(Json(standing(reply)))
}

#[utoipa::path(post, path = "/api/v1/sync", tag = "sync", operation_id = "start_sync", request_body = SyncWish, responses(
    (status = 202, description = "What was ordered", body = SyncOrdered),
    (status = 503, description = "The scheduler does not answer", body = ProblemDocument)
))]
pub(super) async fn start(
    State(api): State<Api>,
    Administrator(caller): Administrator,
    Json(wish): Json<SyncWish>,
) -> Result<(StatusCode, Json<SyncOrdered>), Problem> {
    let told = [&wish.connection, &wish.domain, &wish.entity].map(String::as_str);
    front::audit(&caller, "sync.start", told.join(" ").trim(), "").await?;
    let request = StartSyncRequest {
        connection: wish.connection,
        domain: wish.domain,
        entity: wish.entity,
    };
    let reply: StartSyncReply = api
        .bus
        .request(subject::SYNC_START, &request, ANSWER_WITHIN)
        .await
        .map_err(Problem::unavailable)?;
    accepted(&reply.error)?;
    let ordered = SyncOrdered { feeds: reply.feeds };
    Ok((StatusCode::ACCEPTED, Json(ordered)))
}

/// A refusal that the scheduler wrote into its reply: a sentence with its remedy.
fn accepted(refusal: &str) -> Result<(), Problem> {
    if refusal.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid(refusal, ""))
}

fn standing(reply: SyncStatusReply) -> SyncStanding {
    SyncStanding {
        idle: reply.idle,
        entities: reply.entities.into_iter().map(entity).collect(),
        problems: reply.problems.into_iter().map(problem).collect(),
        running: reply.running.into_iter().map(running).collect(),
    }
}

fn entity(status: proto::EntityStatus) -> EntityStanding {
    EntityStanding {
        fresh_at: status.fresh_at.as_ref().and_then(to_timestamp),
        domain: status.domain,
        entity: status.entity,
        feeds: status.feeds,
        complete: status.complete,
        running: status.running,
        due: status.due,
        gaps: status.gaps,
        rows: status.rows,
        records: status.records,
        requests: status.requests,
        dead: status.dead,
    }
}

fn problem(problem: proto::FeedProblem) -> FeedProblem {
    FeedProblem {
        connection: problem.connection,
        organization: problem.organization,
        project: problem.project,
        repository: problem.repository,
        entity: problem.entity,
        status: problem.status,
        reason: problem.reason,
        explanation: problem.explanation,
    }
}

fn running(progress: proto::Progress) -> Running {
    let scope = progress.scope.unwrap_or_default();
    Running {
        entity: progress.entity,
        organization: scope.organization_name,
        project: scope.project_name,
        repository: scope.repository_name,
        records: progress.records,
        pages: progress.pages,
        requests: progress.requests,
        waiting_for: progress.waiting_for,
    }
}
