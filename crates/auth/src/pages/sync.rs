//! How the sync of a connection stands: asked of the scheduler.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use bus::Bus;
use front::{Caller, Page};
use uuid::Uuid;
use wire::proto::control::v1::{
    EntityStatus, FeedProblem, StartSyncReply, StartSyncRequest, SyncStatusReply, SyncStatusRequest,
};
use wire::subject;

use super::Pages;
use super::view::{Badge, moment, sentence};
use crate::refusal::{Refusal, RefusalKind};

/// A person waits for the answer.
const WITHIN: Duration = Duration::from_secs(5);

/// How a sync stands, as its part of the page shows it.
#[derive(Clone, Debug)]
pub(super) struct Sync {
    pub(super) summary: String,
    pub(super) entities: Vec<EntityRow>,
    pub(super) problems: Vec<ProblemRow>,
}

/// One entity.
#[derive(Clone, Debug)]
pub(super) struct EntityRow {
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) state: Badge,
    pub(super) rows: u64,
    pub(super) gaps: u64,
    pub(super) fresh: String,
}

/// Feeds that are not complete for one reason.
#[derive(Clone, Debug)]
pub(super) struct ProblemRow {
    pub(super) state: Badge,
    pub(super) place: String,
    pub(super) explanation: String,
}

#[derive(Template)]
#[template(path = "sync.html")]
pub(super) struct Part {
    sync: Result<Sync, String>,
}

/// The part alone, for whoever looks again and again.
pub(super) async fn part(
    _: Caller,
    State(pages): State<Pages>,
    Path(id): Path<Uuid>,
) -> Page<Part> {
    Page(Part {
        sync: status(&pages.bus, id).await,
    })
}

/// How the sync stands, or why that cannot be said.
pub(super) async fn status(bus: &Bus, connection: Uuid) -> Result<Sync, String> {
    let request = SyncStatusRequest {
        connection: connection.to_string(),
    };
    let reply = bus.request(subject::SYNC_STATUS, &request, WITHIN).await;
    let reply: SyncStatusReply = reply.map_err(|error| sentence(&error.to_string()))?;
    if !reply.error.is_empty() {
        return Err(sentence(&reply.error));
    }
    Ok(Sync::of(reply))
}

/// Orders a sync.
pub(super) async fn start(bus: &Bus, connection: Uuid) -> Result<(), Refusal> {
    let later = |reason: String| {
        Refusal::new(
            RefusalKind::Later,
            "unavailable",
            reason,
            "try again in a moment",
        )
    };
    let request = StartSyncRequest {
        connection: connection.to_string(),
        ..StartSyncRequest::default()
    };
    let reply = bus.request(subject::SYNC_START, &request, WITHIN).await;
    let reply: StartSyncReply = reply.map_err(|error| later(error.to_string()))?;
    if reply.error.is_empty() {
        Ok(())
    } else {
        Err(later(reply.error))
    }
}

impl Sync {
    fn of(reply: SyncStatusReply) -> Self {
        let rows: u64 = reply.entities.iter().map(|entity| entity.rows).sum();
        let summary = if reply.entities.iter().all(|entity| entity.feeds == 0) {
            "The first sync has not begun yet.".to_owned()
        } else if reply.idle {
            format!("Up to date: {rows} rows.")
        } else {
            format!(
                "Reading: {rows} rows so far, {} runs under way.",
                reply.running.len()
            )
        };
        Self {
            summary,
            entities: reply.entities.into_iter().map(EntityRow::of).collect(),
            problems: reply.problems.into_iter().map(ProblemRow::of).collect(),
        }
    }
}

impl EntityRow {
    fn of(entity: EntityStatus) -> Self {
        let state = if entity.feeds == 0 {
            Badge::new("calm", "not begun")
        } else if entity.running > 0 {
            Badge::new("calm", "reading")
        } else if entity.complete == entity.feeds {
            Badge::new("good", "complete")
        } else if entity.due > 0 {
            Badge::new("calm", "waiting")
        } else {
            Badge::new(
                "warn",
                format!("{} of {} complete", entity.complete, entity.feeds),
            )
        };
        Self {
            name: entity.entity.replace('_', " "),
            domain: entity.domain,
            state,
            rows: entity.rows,
            gaps: entity.gaps,
            fresh: entity
                .fresh_at
                .as_ref()
                .and_then(wire::to_timestamp)
                .map_or_else(|| "–".to_owned(), moment),
        }
    }
}

impl ProblemRow {
    fn of(problem: FeedProblem) -> Self {
        let tone = if problem.status == "failed" {
            "bad"
        } else {
            "warn"
        };
        let parts = [
            problem.organization,
            problem.project,
            problem.repository,
            problem.entity.replace('_', " "),
        ];
        let named: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Self {
            state: Badge::new(tone, problem.status),
            place: named.join(" / "),
            explanation: sentence(&problem.explanation),
        }
    }
}
