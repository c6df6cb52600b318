//! Work items and how they are arranged: types, fields, areas, iterations, revisions, links.

mod change;
mod classification;
mod edit;
mod item;
mod make;
mod new_item;
mod process;
mod render;
mod serve_feeds;
mod serve_items;
mod serve_metadata;
mod serve_wiql;
mod truth;

use jiff::Timestamp;
use uuid::Uuid;

use self::{
    classification::Nodes,
    item::{Item, LinkEvent, Revision, Snapshot, Tag, rev},
};
use crate::{
    change::Changed,
    organization::{Organization, Project},
    random::Random,
    routes::Routes,
};

pub use self::{
    change::{change, random_change},
    truth::{ENTITIES, truth},
};

/// This domain's part of the world.
#[derive(Debug)]
pub struct BoardsWorld {
    nodes: Nodes,
    tags: Vec<Tag>,
    /// By id, from 1 on without holes.
    items: Vec<Item>,
    /// Watermark, position of the item, position of the revision: the order in which everything happened.
    stream: Vec<(i64, usize, usize)>,
    links: Vec<LinkEvent>,
    random: Random,
}

/// This domain's endpoints.
pub fn routes(routes: Routes) -> Routes {
    let routes = serve_metadata::routes(routes);
    let routes = serve_feeds::routes(routes);
    let routes = serve_items::routes(routes);
    serve_wiql::routes(routes)
}

impl BoardsWorld {
    /// The item of an id.
    pub(crate) fn item(&self, id: i64) -> Option<&Item> {
        usize::try_from(id - 1)
            .ok()
            .and_then(|place| self.items.get(place))
    }

    /// What others tell of a work item: title, state, type, and whom it is assigned to.
    pub(crate) fn summary(
        &self,
        id: i64,
    ) -> Option<(&str, &'static str, &'static str, Option<usize>)> {
        let snapshot = self.item(id)?.current();
        Some((
            &snapshot.title,
            snapshot.state,
            snapshot.kind.name,
            snapshot.assigned_to,
        ))
    }

    /// The project that a work item is in, unless it is deleted.
    pub(crate) fn project_of(&self, id: i64) -> Option<Uuid> {
        self.item(id)
            .filter(|item| !item.is_deleted())
            .map(|item| item.current().project)
    }

    /// The project whose trees have a node of this guid.
    pub(crate) fn project_of_node(&self, identifier: &str) -> Option<Uuid> {
        self.nodes.project_of(Uuid::parse_str(identifier).ok()?)
    }

    /// How many work items there are.
    pub(crate) fn item_count(&self) -> usize {
        self.items.len()
    }

    /// Gives a new project its trees.
    pub(crate) fn add_project(&mut self, organization: &Organization, id: Uuid) -> Vec<Changed> {
        let Some(project) = organization.project_by_id(id) else {
            return Vec::new();
        };
        self.nodes
            .add_project(project, &organization.link(), &mut self.random);
        self.rows_of_project(project)
    }

    /// Appends a revision, after all that happened so far.
    fn append(
        &mut self,
        organization: &Organization,
        item: usize,
        mut snapshot: Snapshot,
        changed: Timestamp,
    ) -> i64 {
        let watermark = self.stream.last().map_or(1, |(last, _, _)| last + 1);
        snapshot.changed = changed;
        snapshot.revised = None;
        let place = self.items[item].revisions.len();
        if let Some(last) = place.checked_sub(1) {
            self.items[item].revisions[last].snapshot.revised = Some(changed);
            self.keep_ready(organization, item, last);
        }
        self.items[item].revisions.push(Revision {
            watermark,
            snapshot,
            text: String::new(),
        });
        self.keep_ready(organization, item, place);
        self.stream.push((watermark, item, place));
        rev(place)
    }

    /// Writes the text of a revision that is kept ready to be sent.
    fn keep_ready(&mut self, organization: &Organization, item: usize, place: usize) {
        let Item { id, revisions } = &self.items[item];
        let text = self.report_text(organization, *id, place, &revisions[place]);
        self.items[item].revisions[place].text = text;
    }

    fn rows_of_project(&self, project: &Project) -> Vec<Changed> {
        truth::rows_of_project(self, project)
    }
}
