//! Areas and iterations: two trees per project.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::process::encoded;
use crate::{
    clock, date,
    organization::{Project, Role},
    random::Random,
};

/// Which tree a node is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structure {
    Area,
    Iteration,
}

/// A node of a tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) id: i64,
    pub(crate) identifier: Uuid,
    pub(crate) name: String,
    pub(crate) structure: Structure,
    pub(crate) project: Uuid,
    /// Position of the parent.
    pub(crate) parent: Option<usize>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) finish: Option<Timestamp>,
    /// As the endpoint writes it: `\Project\Area\Devices`.
    pub(crate) path: String,
    /// As work items write it: `Project\Devices`.
    pub(crate) item_path: String,
    pub(crate) url: String,
}

/// All nodes of all projects; a parent stands before its children.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nodes(Vec<Node>);

impl Structure {
    /// The service's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Iteration => "iteration",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Area => "Area",
            Self::Iteration => "Iteration",
        }
    }

    fn url_segment(self) -> &'static str {
        match self {
            Self::Area => "Areas",
            Self::Iteration => "Iterations",
        }
    }
}

impl Nodes {
    /// The node at a position.
    pub(crate) fn at(&self, place: usize) -> &Node {
        &self.0[place]
    }

    /// All nodes of a project.
    /// The project that a node is of.
    pub(crate) fn project_of(&self, identifier: Uuid) -> Option<Uuid> {
        let found = self.0.iter().find(|node| node.identifier == identifier);
        found.map(|node| node.project)
    }

    pub(crate) fn of(&self, project: Uuid) -> impl Iterator<Item = (usize, &Node)> {
        self.0
            .iter()
            .enumerate()
            .filter(move |(_, node)| node.project == project)
    }

    /// Positions of one tree of a project.
    pub(crate) fn tree(&self, project: Uuid, structure: Structure) -> Vec<usize> {
        self.of(project)
            .filter(|(_, node)| node.structure == structure)
            .map(|(place, _)| place)
            .collect()
    }

    /// True where a node has this one for its parent.
    pub(crate) fn has_children(&self, place: usize) -> bool {
        self.0.iter().any(|node| node.parent == Some(place))
    }

    /// Adds a project's two trees.
    pub(crate) fn add_project(&mut self, project: &Project, link: &str, random: &mut Random) {
        let area = self.add(project, link, Structure::Area, None, &project.name, random);
        let iteration = self.add(
            project,
            link,
            Structure::Iteration,
            None,
            &project.name,
            random,
        );
        if matches!(project.role, Role::Empty | Role::Closing) {
            return;
        }
        let devices = self.add(
            project,
            link,
            Structure::Area,
            Some(area),
            "Devices",
            random,
        );
        self.add(
            project,
            link,
            Structure::Area,
            Some(devices),
            "Windows Phone",
            random,
        );
        self.add(
            project,
            link,
            Structure::Area,
            Some(area),
            "R&D #1 + 50% $ \u{1F9EA}",
            random,
        );
        let mut deep = self.add(
            project,
            link,
            Structure::Area,
            Some(area),
            "Level 1",
            random,
        );
        for level in 2..6 {
            deep = self.add(
                project,
                link,
                Structure::Area,
                Some(deep),
                &format!("Level {level}"),
                random,
            );
        }
        let release = self.add(
            project,
            link,
            Structure::Iteration,
            Some(iteration),
            "Release 1",
            random,
        );
        // Sprints of two weeks, the sixth of eight being the current one; the last has no dates yet.
        let first = clock::start() - SignedDuration::from_hours(24 * 75 + 9);
        for sprint in 0..8 {
            let place = self.add(
                project,
                link,
                Structure::Iteration,
                Some(release),
                &format!("Sprint {}", sprint + 1),
                random,
            );
            if sprint < 7 {
                let start = first + SignedDuration::from_hours(24 * 14 * sprint);
                self.0[place].start = Some(start);
                self.0[place].finish = Some(start + SignedDuration::from_hours(24 * 11));
            }
        }
    }

    fn add(
        &mut self,
        project: &Project,
        link: &str,
        structure: Structure,
        parent: Option<usize>,
        name: &str,
        random: &mut Random,
    ) -> usize {
        let (path, item_path, url) = match parent.map(|parent| &self.0[parent]) {
            None => (
                format!("\\{name}\\{}", structure.title()),
                String::from(name),
                format!(
                    "{link}/{}/_apis/wit/classificationNodes/{}",
                    project.id,
                    structure.url_segment()
                ),
            ),
            Some(parent) => (
                format!("{}\\{name}", parent.path),
                format!("{}\\{name}", parent.item_path),
                format!("{}/{}", parent.url, encoded(name)),
            ),
        };
        let id = 4_000 + i64::try_from(self.0.len()).unwrap_or_default();
        self.0.push(Node {
            id,
            identifier: random.guid(),
            name: String::from(name),
            structure,
            project: project.id,
            parent,
            start: None,
            finish: None,
            path,
            item_path,
            url,
        });
        self.0.len() - 1
    }

    /// A node with its children down to a depth; below it only `hasChildren` tells of more.
    pub(crate) fn reference(&self, place: usize, depth: i64) -> Value {
        let node = &self.0[place];
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(String::from(name), value));
        put("id", json!(node.id));
        put("identifier", json!(node.identifier));
        put("name", json!(node.name));
        put("structureType", json!(node.structure.word()));
        put("hasChildren", json!(self.has_children(place)));
        put("path", json!(node.path));
        put("url", json!(node.url));
        if let Some(attributes) = node.attributes() {
            put("attributes", attributes);
        }
        let children: Vec<usize> = self
            .of(node.project)
            .filter(|(_, child)| child.parent == Some(place))
            .map(|(child, _)| child)
            .collect();
        if depth > 0 && !children.is_empty() {
            put(
                "children",
                children
                    .into_iter()
                    .map(|child| self.reference(child, depth - 1))
                    .collect(),
            );
        }
        Value::Object(members)
    }
}

impl Node {
    /// What an iteration has beside its place; none for areas and for iterations without dates.
    pub(crate) fn attributes(&self) -> Option<Value> {
        let (start, finish) = (self.start?, self.finish?);
        Some(json!({ "startDate": date::sent(start), "finishDate": date::sent(finish) }))
    }
}
