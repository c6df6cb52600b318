//! Makes the work items and their past.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    BoardsWorld, Nodes,
    classification::Structure,
    edit,
    item::{Item, LinkEvent, Revision, Snapshot, Tag, rev},
    new_item,
};
use crate::{
    awkward, clock,
    organization::{Organization, Project, Role},
    random::Random,
    world::Ground,
};

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
        let tags = new_item::TAGS
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
        let mut snapshot =
            new_item::first(self.nodes, project, self.people, number, created, random);
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
