//! Feeds: what the scheduler knows of each, makes of scopes, orders, and is told of their runs.

mod heartbeat;
mod job;
mod load;
mod order;
mod outbox;
mod prune;
mod scope;
mod start;
mod tick;

use jiff::Timestamp;
use uuid::Uuid;
use wire::Entity;

pub use heartbeat::Sign;
pub use job::PreparedJob;
pub use order::NewRun;
pub use prune::Pruned;
pub use scope::ScopesMark;
pub use start::{StartFilter, Started};
pub use tick::Tick;

pub(crate) use load::list as feed_list;
pub(crate) use scope::mark as scopes_mark;

/// One feed as the scheduler sees it: all that decides when it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "columns of a row, each true by itself"
)]
pub struct Feed {
    /// Feed id.
    pub id: Uuid,
    /// Connection whose credential reads it.
    pub connection: Uuid,
    /// Organization.
    pub organization: Uuid,
    /// Project, unless it covers an organization.
    pub project: Option<Uuid>,
    /// Repository, when it covers one.
    pub repository: Option<Uuid>,
    /// Entity that it reads.
    pub entity: &'static Entity,
    /// Number of the newest run; 0 before the first.
    pub epoch: i64,
    /// The newest run goes on.
    pub running: bool,
    /// Somebody asked for a run now.
    pub requested: bool,
    /// When it became due, or will.
    pub due_at: Timestamp,
    /// When the newest run was ordered.
    pub ordered_at: Option<Timestamp>,
    /// When the newest run was last known alive.
    pub heartbeat_at: Option<Timestamp>,
    /// When the last run ended.
    pub ended_at: Option<Timestamp>,
    /// When the last complete run was ordered.
    pub complete_at: Option<Timestamp>,
    /// When its rows last really changed.
    pub changed_at: Option<Timestamp>,
    /// How the last run ended.
    pub status: Status,
    /// Why it was not complete, in one word.
    pub reason: String,
    /// Runs in a row that failed or were lost.
    pub failures: i32,
    /// The newest run ended without reading to its end, and without a fault of the feed.
    pub interrupted: bool,
    /// The newest run was put into the queue of backfill.
    pub backfill: bool,
}

/// How the last run of a feed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// None has.
    New,
    /// It read all.
    Complete,
    /// It read all but what the reason names.
    Partial,
    /// It stopped.
    Failed,
}

impl Status {
    fn read(word: &str) -> Self {
        match word {
            "complete" => Self::Complete,
            "partial" => Self::Partial,
            "failed" => Self::Failed,
            _ => Self::New,
        }
    }
}
