//! Makes the work items and their past.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    BoardsWorld, Nodes,
    classification::Structure,
    edit,
    item::{Item, LinkEvent, Revision, Snapshot, Tag, rev},
    process::{KINDS, Kind},
};
use crate::{
    awkward, clock, date,
    organization::{Organization, Project, Role},
    random::Random,
    world::Ground,
};

const TAGS: [&str; 8] = [
    "backend",
    "customer: Ünïted",
    "needs #review",
    "a,b",
    "50%",
    "\u{1F525} hot",
    "<b>bold</b>",
    "technical debt",
];

/// An item while it is made: its snapshots have no watermarks yet.
struct Draft {
    snapshots: Vec<Snapshot>,
}

impl BoardsWorld {
    pub(crate) fn make(ground: &Ground<'_>, mut random: Random) -> Self {
        let organization = ground.organization;
        let mut nodes = Nodes::default();
        for project in organization.well_formed() {
            nodes.add_project(project, &organization.link(), &mut random);
        }
        let tags = TAGS
            .iter()
            .map(|name| Tag {
                id: random.guid(),
                name: String::from(*name),
            })
            .collect();
        let drafts = drafts(ground, &nodes, &mut random);
        let links = links(&drafts, &mut random);
        let mut world = Self {
            nodes,
            tags,
            items: Vec::new(),
            stream: Vec::new(),
            links,
            random,
        };
        world.settle(organization, drafts);
        world
    }

    /// Gives every revision its watermark, in the order of the changes, and its text.
    fn settle(&mut self, organization: &Organization, drafts: Vec<Draft>) {
        let mut order: Vec<(Timestamp, usize, usize)> = Vec::new();
        for (item, draft) in drafts.iter().enumerate() {
            for (place, snapshot) in draft.snapshots.iter().enumerate() {
                // Some revisions come into the store a minute after their date: the order is the store's.
                let is_last = place + 1 == draft.snapshots.len();
                let late = if is_last && item % 17 == 3 {
                    SignedDuration::from_secs(60)
                } else {
                    SignedDuration::ZERO
                };
                order.push((snapshot.changed + late, item, place));
            }
        }
        order.sort_unstable();
        let mut items: Vec<Item> = Vec::with_capacity(drafts.len());
        let mut watermarks: Vec<Vec<i64>> = drafts
            .iter()
            .map(|draft| vec![0; draft.snapshots.len()])
            .collect();
        let mut watermark = 0;
        for (_, item, place) in order {
            watermark += self.random.between(1, 3);
            watermarks[item][place] = watermark;
            self.stream.push((watermark, item, place));
        }
        for (number, (draft, watermarks)) in drafts.into_iter().zip(watermarks).enumerate() {
            let revisions = draft.snapshots.into_iter().zip(watermarks);
            let revisions = revisions.map(|(snapshot, watermark)| Revision {
                watermark,
                snapshot,
                text: String::new(),
            });
            items.push(Item {
                id: rev(number),
                revisions: revisions.collect(),
            });
        }
        self.items = items;
        for item in 0..self.items.len() {
            for place in 0..self.items[item].revisions.len() {
                self.keep_ready(organization, item, place);
            }
        }
    }
}

fn drafts(ground: &Ground<'_>, nodes: &Nodes, random: &mut Random) -> Vec<Draft> {
    let projects: Vec<&Project> = ground
        .organization
        .well_formed()
        .filter(|project| project.has_contents())
        .collect();
    let open: Vec<&Project> = projects
        .iter()
        .copied()
        .filter(|project| project.role != Role::Vault)
        .collect();
    let vault = projects
        .iter()
        .copied()
        .find(|project| project.role == Role::Vault);
    let counts = revision_counts(
        ground.plan.work_items,
        ground.plan.work_item_revisions,
        random,
    );
    let people = ground.organization.identities.len() - 1;
    let maker = Maker {
        nodes,
        projects: &open,
        people,
    };
    let mut drafts: Vec<Draft> = counts
        .iter()
        .enumerate()
        .map(|(number, count)| maker.draft(open[number % open.len()], number, *count, random))
        .collect();
    // What nobody else sees lies between what they see: ids and watermarks have holes for them.
    for (number, project) in vault
        .into_iter()
        .cycle()
        .take(ground.plan.work_items / 20 + 3)
        .enumerate()
    {
        let secret = maker.draft(project, number, 2, random);
        let place = random.below(drafts.len());
        drafts.insert(place, secret);
    }
    adopt(&mut drafts, random);
    drafts
}

/// At least one revision each, the rest thrown at items of which some draw more.
fn revision_counts(items: usize, revisions: usize, random: &mut Random) -> Vec<usize> {
    let mut counts = vec![1; items];
    for _ in items..revisions {
        let place = random.below(items);
        let busier = random.below(items);
        let place = if counts[busier] > counts[place] && random.chance(30) {
            busier
        } else {
            place
        };
        counts[place] += 1;
    }
    counts
}

struct Maker<'a> {
    nodes: &'a Nodes,
    projects: &'a [&'a Project],
    people: usize,
}

impl Maker<'_> {
    fn draft(
        &self,
        project: &Project,
        number: usize,
        revisions: usize,
        random: &mut Random,
    ) -> Draft {
        let start = clock::start();
        let created = random.instant(
            start - SignedDuration::from_hours(24 * 900),
            start - SignedDuration::from_hours(48),
        );
        let mut snapshot = first(self.nodes, project, self.people, number, created, random);
        let mut at = created;
        let mut snapshots = vec![snapshot.clone()];
        for revision in 1..revisions {
            // The remaining time is shared out, so that the newest revisions of all items reach into the present.
            let left = (start - SignedDuration::from_mins(5)).duration_since(at);
            let parts = i32::try_from(revisions - revision).unwrap_or(1) + 1;
            at = random.instant(
                at + SignedDuration::from_secs(1),
                at + SignedDuration::from_secs(2) + left / parts,
            );
            edit::step(&mut snapshot, self.nodes, self.people, at, random);
            if revision == 3 && number % 29 == 5 {
                self.move_to_another_project(&mut snapshot, random);
            }
            if revision + 1 == revisions && number % 31 == 7 {
                snapshot.is_deleted = true;
            }
            if let Some(last) = snapshots.last_mut() {
                last.revised = Some(at);
            }
            snapshots.push(snapshot.clone());
        }
        Draft { snapshots }
    }

    fn move_to_another_project(&self, snapshot: &mut Snapshot, random: &mut Random) {
        let project = random.pick(self.projects);
        if self.projects.iter().any(|open| open.id == snapshot.project) {
            snapshot.project = project.id;
            snapshot.team_project = Arc::from(project.name.as_str());
            snapshot.area = self.nodes.tree(project.id, Structure::Area)[0];
            snapshot.iteration = self.nodes.tree(project.id, Structure::Iteration)[0];
        }
    }
}

/// A new work item.
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

/// Gives parents to some: a link tells of it, and the child's field too.
fn adopt(drafts: &mut [Draft], random: &mut Random) {
    for child in 0..drafts.len() {
        if child % 3 == 0 {
            continue;
        }
        let first = drafts[child].snapshots[0].clone();
        let fits = |parent: &usize| {
            let other = &drafts[*parent].snapshots[0];
            other.project == first.project && other.created < first.created
        };
        // A few looks around find a parent for most.
        let parent = (0..6).map(|_| random.below(drafts.len())).find(fits);
        for snapshot in &mut drafts[child].snapshots {
            snapshot.parent = parent.map(rev);
        }
    }
}

fn links(drafts: &[Draft], random: &mut Random) -> Vec<LinkEvent> {
    let mut events = Vec::new();
    for (number, draft) in drafts.iter().enumerate() {
        let id = rev(number);
        let first = &draft.snapshots[0];
        if let Some(parent) = first.parent {
            events.push(event(
                "System.LinkTypes.Hierarchy",
                (parent, id),
                (first.project, first.project),
                first.created,
                first.created_by,
            ));
        }
        if random.chance(15) && drafts.len() > 1 {
            let other = random.below(drafts.len());
            let rel = random.pick(&["System.LinkTypes.Related", "System.LinkTypes.Dependency"]);
            let target = &drafts[other].snapshots[0];
            let at = first.created.max(target.created) + SignedDuration::from_hours(1);
            let mut made = event(
                rel,
                (id, rev(other)),
                (first.project, target.project),
                at,
                first.created_by,
            );
            made.comment = random
                .chance(30)
                .then(|| awkward::line(random, number % 20));
            if other == number {
                continue;
            }
            if random.chance(25) {
                let removed = LinkEvent {
                    is_active: false,
                    changed: at + SignedDuration::from_hours(7),
                    ..made.clone()
                };
                events.push(removed);
            }
            events.push(made);
        }
    }
    events.sort_by_key(|event| event.changed);
    for (number, event) in events.iter_mut().enumerate() {
        event.place = 6_281_000 + rev(number) * 3;
    }
    events
}

fn event(
    rel: &'static str,
    (source, target): (i64, i64),
    (source_project, target_project): (uuid::Uuid, uuid::Uuid),
    changed: Timestamp,
    changed_by: usize,
) -> LinkEvent {
    LinkEvent {
        place: 0,
        rel,
        source,
        target,
        source_project,
        target_project,
        changed,
        changed_by,
        is_active: true,
        comment: None,
    }
}
