//! What changed between two checks.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::finding::{Finding, OrganizationCheck, ProjectCheck};
use crate::state::{Domain, OrganizationState, State};

/// What became readable, or stopped being so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It is to be read from its beginning: what became readable leaves no trace in any feed.
    BecameReadable {
        /// The project.
        project: Uuid,
        /// Its current name.
        name: String,
        /// What of it.
        domain: Domain,
    },
    /// Its rows are kept as they were last read.
    StoppedBeingReadable {
        /// The project.
        project: Uuid,
        /// Its last known name.
        name: String,
        /// What of it.
        domain: Domain,
        /// What keeps it now.
        state: State,
        /// The same for people: what happened, that the rows are kept, what to do.
        sentence: String,
    },
}

impl OrganizationCheck {
    /// This check, with what it could not tell taken from an earlier one: what a later check is to
    /// be compared with, so that a passing failure hides no change.
    #[must_use]
    pub fn over(mut self, before: &Self) -> Self {
        if !tells_projects(&self) {
            self.projects.clone_from(&before.projects);
            return self;
        }
        for project in &mut self.projects {
            let Some(earlier) = find(before, project.id) else {
                continue;
            };
            for (domain, finding) in &mut project.domains {
                if finding.state == State::Unknown
                    && let Some(known) = earlier.finding(*domain)
                {
                    finding.clone_from(known);
                }
            }
        }
        self
    }
}

/// What changed from `before` to `after`. What could not be told this time has not changed.
pub fn compare(before: &OrganizationCheck, after: &OrganizationCheck) -> Vec<Change> {
    let mut changes = Vec::new();
    for project in &after.projects {
        let earlier = find(before, project.id);
        for (domain, finding) in &project.domains {
            let was = earlier.and_then(|earlier| earlier.finding(*domain));
            let was_readable = was.is_some_and(|was| was.state == State::Readable);
            match finding.state {
                State::Readable if !was_readable => changes.push(Change::BecameReadable {
                    project: project.id,
                    name: project.name.clone(),
                    domain: *domain,
                }),
                State::Readable | State::Unknown => {}
                _ if was_readable => {
                    changes.push(stopped(project, *domain, finding, &finding.answered));
                }
                _ => {}
            }
        }
    }
    let Some((finding, why)) = absence(after) else {
        return changes;
    };
    let is_absent = |project: &&ProjectCheck| find(after, project.id).is_none();
    for project in before.projects.iter().filter(is_absent) {
        for (domain, was) in &project.domains {
            if was.state == State::Readable {
                changes.push(stopped(project, *domain, &finding, why));
            }
        }
    }
    changes
}

fn find(check: &OrganizationCheck, project: Uuid) -> Option<&ProjectCheck> {
    check.projects.iter().find(|known| known.id == project)
}

/// Whether the check's list of projects is whole, or none is to be expected.
fn tells_projects(check: &OrganizationCheck) -> bool {
    check.state != OrganizationState::Unreachable && check.finding.state != State::Unknown
}

/// What it means that a project is not in the check. `None`: nothing.
fn absence(after: &OrganizationCheck) -> Option<(Finding, &str)> {
    if !tells_projects(after) {
        return None;
    }
    if after.finding.state != State::Readable {
        return Some((after.finding.clone(), &after.finding.answered));
    }
    let finding = Finding {
        state: State::NoPermission,
        remedy: "If it was not deleted, add the identity to its group Readers again.".to_owned(),
        ..after.finding.clone()
    };
    Some((finding, "the list of projects does not show it any more"))
}

fn stopped(project: &ProjectCheck, domain: Domain, now: &Finding, why: &str) -> Change {
    let sentence = format!(
        "{} of {} cannot be read any more ({}: {why}). Its rows are kept as they were last read. {}",
        domain.label(),
        project.name,
        now.state.label(),
        now.remedy
    );
    Change::StoppedBeingReadable {
        project: project.id,
        name: project.name.clone(),
        domain,
        state: now.state,
        sentence: sentence.trim_end().to_owned(),
    }
}
