//! A new work item.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    Nodes,
    classification::Structure,
    item::Snapshot,
    process::{KINDS, Kind},
};
use crate::{awkward, date, organization::Project, random::Random};

/// The names of the tags.
pub(super) const TAGS: [&str; 8] = [
    "backend",
    "customer: Ünïted",
    "needs #review",
    "a,b",
    "50%",
    "\u{1F525} hot",
    "<b>bold</b>",
    "technical debt",
];

/// What it is at its first revision.
pub(super) fn first(
    nodes: &Nodes,
    project: &Project,
    people: usize,
    number: usize,
    created: Timestamp,
    random: &mut Random,
) -> Snapshot {
    let kind = kind(random);
    let created_by = random.below(people);
    let points = kind.category == "Microsoft.RequirementCategory" || kind.name == "Bug";
    let huge = number == 4;
    Snapshot {
        project: project.id,
        team_project: Arc::from(project.name.as_str()),
        kind,
        title: Arc::from(awkward::line(random, number)),
        state: kind.states[0].0,
        // A few rows lack what nearly all have.
        reason: (number % 23 != 11).then_some("New"),
        area: *random.pick(&nodes.tree(project.id, Structure::Area)),
        iteration: *random.pick(&nodes.tree(project.id, Structure::Iteration)),
        assigned_to: random.chance(60).then(|| random.below(people)),
        created_by,
        changed_by: created_by,
        created,
        changed: created,
        revised: None,
        state_changed: created,
        activated: None,
        resolved: None,
        closed: None,
        due: match number % 13 {
            2 => Some(date::sent(created + SignedDuration::from_hours(24 * 30))),
            6 => Some(String::from(date::OPEN)),
            9 => Some(String::from(date::NEVER)),
            _ => None,
        },
        priority: random.chance(90).then(|| random.between(1, 4)),
        severity: (kind.name == "Bug")
            .then(|| *random.pick(&["1 - Critical", "2 - High", "3 - Medium", "4 - Low"])),
        story_points: (points && random.chance(70))
            .then(|| *random.pick(&[0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0])),
        effort: (kind.name == "Feature").then(|| *random.pick(&[10.0, 20.5, 40.0])),
        size: (kind.name == "Epic").then_some(3.25),
        original_estimate: (kind.name == "Task").then(|| *random.pick(&[1.0, 2.5, 8.0])),
        remaining_work: (kind.name == "Task").then(|| *random.pick(&[1.0, 2.5, 8.0])),
        completed_work: None,
        stack_rank: random.chance(50).then(|| {
            f64::from(i32::try_from(random.below(2_000_000_000)).unwrap_or_default()) + 0.5
        }),
        parent: None,
        tags: tags(random),
        comment_count: 0,
        board_lane: random.chance(10).then_some("Expedite \u{26A1}"),
        description: if huge {
            Some(Arc::from(awkward::huge()))
        } else {
            description(random, number)
        },
        history: None,
        repro_steps: (kind.name == "Bug")
            .then(|| Arc::from("<ol><li>Open it</li><li>See it fail &lt;here&gt;</li></ol>")),
        acceptance: random
            .chance(20)
            .then(|| Arc::from("Given a \"user\"\nWhen they sign in\nThen it works")),
        custom: custom(kind, number, random),
        reviewer: random.chance(15).then(|| random.below(people)),
        is_deleted: false,
    }
}

fn kind(random: &mut Random) -> &'static Kind {
    &KINDS[*random.pick(&[0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6])]
}

fn tags(random: &mut Random) -> Vec<usize> {
    let mut tags = Vec::new();
    while random.chance(35) && tags.len() < 4 {
        let tag = random.below(TAGS.len());
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn description(random: &mut Random, number: usize) -> Option<Arc<str>> {
    if !random.chance(70) {
        return None;
    }
    let line = awkward::line(random, number);
    Some(Arc::from(format!(
        "<div>{line}</div>\n<p>As a user &amp; customer I want it to work, so that I can go home.</p>"
    )))
}

fn custom(
    kind: &Kind,
    number: usize,
    random: &mut Random,
) -> Vec<(&'static str, serde_json::Value)> {
    let mut custom = Vec::new();
    if random.chance(40) {
        custom.push((
            "Custom.CustomerName",
            json!(random.pick(&[
                "Contoso & Söhne",
                "Übermut GmbH",
                "O'Neill \"Ltd\"",
                "株式会社"
            ])),
        ));
    }
    match number % 11 {
        1 => custom.push(("Custom.LegacyReleaseDate", json!(date::NEVER))),
        3 => custom.push(("Custom.LegacyReleaseDate", json!(date::NEVER_SHIFTED))),
        5 => custom.push(("Custom.Notes", serde_json::Value::Null)),
        7 => custom.push(("Custom.Notes", json!(awkward::line(random, number % 14)))),
        8 => custom.push(("Custom.IsBillable", json!(random.chance(50)))),
        _ => {}
    }
    if kind.reference.starts_with("Fabrikam") {
        custom.push(("Custom.RiskScore", json!(0.75)));
    }
    custom
}
