//! Work items: what they were at each revision.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::process::Kind;

/// A work item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: i64,
    pub(crate) revisions: Vec<Revision>,
}

/// One revision.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    /// Its place in the order in which the organization's work items changed.
    pub(crate) watermark: i64,
    pub(crate) snapshot: Snapshot,
    /// The row of the reporting feed with everything expanded, ready to be sent.
    pub(crate) text: String,
}

/// What a work item is at a revision.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) project: Uuid,
    pub(crate) team_project: Arc<str>,
    pub(crate) kind: &'static Kind,
    pub(crate) title: Arc<str>,
    pub(crate) state: &'static str,
    pub(crate) reason: Option<&'static str>,
    /// Positions among the nodes.
    pub(crate) area: usize,
    pub(crate) iteration: usize,
    /// Positions among the identities.
    pub(crate) assigned_to: Option<usize>,
    pub(crate) created_by: usize,
    pub(crate) changed_by: usize,
    pub(crate) created: Timestamp,
    pub(crate) changed: Timestamp,
    /// When the next revision came.
    pub(crate) revised: Option<Timestamp>,
    pub(crate) state_changed: Timestamp,
    /// As they are written: sentinels and other zones occur.
    pub(crate) activated: Option<String>,
    pub(crate) resolved: Option<String>,
    pub(crate) closed: Option<String>,
    pub(crate) due: Option<String>,
    pub(crate) priority: Option<i64>,
    pub(crate) severity: Option<&'static str>,
    pub(crate) story_points: Option<f64>,
    pub(crate) effort: Option<f64>,
    pub(crate) size: Option<f64>,
    pub(crate) original_estimate: Option<f64>,
    pub(crate) remaining_work: Option<f64>,
    pub(crate) completed_work: Option<f64>,
    pub(crate) stack_rank: Option<f64>,
    pub(crate) parent: Option<i64>,
    /// Positions among the tags.
    pub(crate) tags: Vec<usize>,
    pub(crate) comment_count: i64,
    pub(crate) board_lane: Option<&'static str>,
    pub(crate) description: Option<Arc<str>>,
    /// The comment of this very revision.
    pub(crate) history: Option<Arc<str>>,
    pub(crate) repro_steps: Option<Arc<str>>,
    pub(crate) acceptance: Option<Arc<str>>,
    /// Custom fields by reference name.
    pub(crate) custom: Vec<(&'static str, Value)>,
    pub(crate) reviewer: Option<usize>,
    pub(crate) is_deleted: bool,
}

/// A tag of a project.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}

/// A link that was made or removed.
#[derive(Clone, Debug)]
pub(crate) struct LinkEvent {
    /// Its place in the order of all of them: the feed's token.
    pub(crate) place: i64,
    pub(crate) rel: &'static str,
    pub(crate) source: i64,
    pub(crate) target: i64,
    pub(crate) source_project: Uuid,
    pub(crate) target_project: Uuid,
    pub(crate) changed: Timestamp,
    pub(crate) changed_by: usize,
    pub(crate) is_active: bool,
    pub(crate) comment: Option<String>,
}

impl Item {
    /// What it is now.
    pub(crate) fn current(&self) -> &Snapshot {
        &self.revisions[self.revisions.len() - 1].snapshot
    }

    /// True where it lies in the recycle bin.
    pub(crate) fn is_deleted(&self) -> bool {
        self.current().is_deleted
    }

    /// The number of the newest revision.
    pub(crate) fn rev(&self) -> i64 {
        rev(self.revisions.len() - 1)
    }

    /// The revision of this number.
    pub(crate) fn revision(&self, rev: i64) -> Option<&Revision> {
        usize::try_from(rev - 1)
            .ok()
            .and_then(|place| self.revisions.get(place))
    }
}

/// The number of the revision at a position.
pub(crate) fn rev(place: usize) -> i64 {
    i64::try_from(place).unwrap_or_default() + 1
}
