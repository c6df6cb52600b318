//! One step in the life of a work item.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Nodes, classification::Structure, item::Snapshot};
use crate::{awkward, date, random::Random};

/// Edits a snapshot as somebody would.
pub(super) fn step(
    snapshot: &mut Snapshot,
    nodes: &Nodes,
    people: usize,
    at: Timestamp,
    random: &mut Random,
) {
    snapshot.changed = at;
    snapshot.revised = None;
    snapshot.changed_by = random.below(people);
    snapshot.history = None;
    match random.below(10) {
        0..=3 => {
            let state = next_state(snapshot, random);
            to_state(snapshot, state, at);
        }
        4 => snapshot.assigned_to = random.chance(85).then(|| random.below(people)),
        5 => snapshot.iteration = *random.pick(&nodes.tree(snapshot.project, Structure::Iteration)),
        6 => {
            snapshot.comment_count += 1;
            let number = random.below(60);
            snapshot.history = Some(Arc::from(format!(
                "<div>{}</div>",
                awkward::line(random, number)
            )));
        }
        7 => snapshot.area = *random.pick(&nodes.tree(snapshot.project, Structure::Area)),
        8 => reestimate(snapshot, random),
        _ => {
            snapshot.priority = Some(random.between(1, 4));
            snapshot.due = Some(date::sent(
                at + SignedDuration::from_hours(24 * random.between(1, 60)),
            ));
        }
    }
}

/// Mostly onwards, at times back, rarely away.
fn next_state(snapshot: &Snapshot, random: &mut Random) -> &'static str {
    let states = snapshot.kind.states;
    let place = states
        .iter()
        .position(|(name, ..)| *name == snapshot.state)
        .unwrap_or(0);
    let next = if random.chance(20) {
        place.saturating_sub(1)
    } else {
        (place + 1).min(states.len() - 1)
    };
    let (name, category, _) = states[next];
    // Most things are finished and not removed.
    if category == "Removed" && random.chance(80) {
        snapshot.state
    } else {
        name
    }
}

/// Moves a snapshot into a state, with the dates that go with it.
pub(super) fn to_state(snapshot: &mut Snapshot, state: &'static str, at: Timestamp) {
    if state == snapshot.state {
        return;
    }
    snapshot.state = state;
    snapshot.state_changed = at;
    // Not every hand writes dates alike.
    let written = match at.as_second().rem_euclid(20) {
        3 => date::sent_with_offset(at),
        7 => String::from(date::NEVER_SHIFTED),
        _ => date::sent(at),
    };
    match snapshot.kind.category_of(state) {
        "InProgress" => {
            snapshot.activated = Some(written);
            snapshot.reason = Some("Implementation started");
            snapshot.resolved = None;
            snapshot.closed = None;
        }
        "Resolved" => {
            snapshot.resolved = Some(written);
            snapshot.reason = Some("Code complete and unit tests pass");
            snapshot.closed = None;
        }
        "Completed" => {
            snapshot.closed = Some(written);
            snapshot.reason = Some("Acceptance tests pass");
            snapshot.remaining_work = None;
        }
        "Removed" => snapshot.reason = Some("Removed from the backlog"),
        _ => {
            snapshot.reason = Some("Moved to state New");
            snapshot.activated = None;
            snapshot.resolved = None;
            snapshot.closed = None;
        }
    }
}

fn reestimate(snapshot: &mut Snapshot, random: &mut Random) {
    if snapshot.kind.name == "Task" {
        snapshot.remaining_work = Some(*random.pick(&[0.0, 0.5, 3.0, 6.25]));
        snapshot.completed_work = Some(*random.pick(&[1.0, 4.5, 9.0]));
    } else if snapshot.story_points.is_some() {
        snapshot.story_points = Some(*random.pick(&[1.0, 2.0, 3.0, 5.0, 8.0, 20.0]));
    } else {
        snapshot.priority = Some(random.between(1, 4));
    }
}
