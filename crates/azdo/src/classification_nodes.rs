//! Areas and iterations of a project.

use std::collections::HashSet;

use futures::stream;
use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::json::{Children, Item, Listed, Object, listed, walk};
use crate::paging::{Order, Page, Pages, Unreadable};
use crate::request::Request;

/// How deep one request reads. Deeper levels are read by their ids.
const DEPTH: u32 = 14;

/// How many ids fit into one URL.
const IDS: usize = 100;

/// An area or an iteration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassificationNode {
    /// What work items refer to as `System.AreaId` or `System.IterationId`.
    pub id: i64,
    /// Another id of it.
    pub identifier: Option<Uuid>,
    /// The name of this level.
    pub name: Option<String>,
    /// `area` or `iteration`.
    pub structure_type: Option<String>,
    /// `\Project\Iteration\Sprint 1`
    pub path: Option<String>,
    /// The level above; none for the two roots.
    pub parent_id: Option<i64>,
    /// Whether there are levels below.
    pub has_children: Option<bool>,
    /// Of an iteration.
    pub start_date: Option<Timestamp>,
    /// Of an iteration.
    pub finish_date: Option<Timestamp>,
    /// All attributes: a JSON object.
    pub attributes: Option<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// A node with all that came below it.
#[derive(Default)]
struct Branch {
    nodes: Vec<ClassificationNode>,
    unreadable: Vec<Unreadable>,
    /// Nodes that have children, but came without them.
    cut: Vec<i64>,
}

impl Branch {
    /// Reads one node and gives its children, unread.
    fn node<'a>(
        &mut self,
        mut object: Object<'a>,
        parent: Option<i64>,
    ) -> Result<Children<'a, i64>, String> {
        let id = object.key_int("id")?;
        let children = object.list("children");
        let mut attributes = object.look_into("attributes");
        let node = ClassificationNode {
            id,
            identifier: object.uuid("identifier"),
            name: object.text("name"),
            structure_type: object.text("structureType"),
            path: object.text("path"),
            parent_id: parent,
            has_children: object.bool("hasChildren"),
            start_date: attributes.as_mut().and_then(|all| all.time("startDate")),
            finish_date: attributes.as_mut().and_then(|all| all.time("finishDate")),
            attributes: object.json("attributes"),
            url: object.text("url"),
            extra: object.rest()?,
        };
        if node.has_children == Some(true) && children.is_none() {
            self.cut.push(id);
        }
        self.nodes.push(node);
        Ok((children.unwrap_or_default(), id))
    }
}

impl Item for Branch {
    fn read(root: Object<'_>) -> Result<Self, String> {
        let mut branch = Self::default();
        branch.unreadable = walk(root, |object, parent| branch.node(object, parent))?;
        Ok(branch)
    }
}

impl Client {
    /// All areas and iterations of a project, flat, parents before their children.
    pub fn classification_nodes(&self, project: Uuid) -> Pages<ClassificationNode> {
        let client = self.clone();
        let read = async move { client.nodes(&project.to_string()).await };
        Pages::new(Order::Whole, stream::once(read))
    }

    async fn nodes(&self, project: &str) -> Result<Page<ClassificationNode>, Error> {
        let request = Request::get("{project}/_apis/wit/classificationnodes", &[project])
            .with("$depth", DEPTH);
        let (read, answer) = self.read(&request, listed::<Branch>).await?;
        let mut page = Page {
            items: Vec::new(),
            observed_at: answer.date,
            token: None,
            unreadable: Vec::new(),
        };
        let mut cut = gather(&mut page, read);
        let mut asked = HashSet::new();
        loop {
            // What was asked for once and still hides its children is not asked for again.
            cut.retain(|id| asked.insert(*id));
            if cut.is_empty() {
                return Ok(page);
            }
            let mut deeper = Vec::new();
            for ids in cut.chunks(IDS) {
                let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
                let request = Request::get("{project}/_apis/wit/classificationnodes", &[project])
                    .with("$depth", DEPTH)
                    .with("ids", ids.join(","))
                    .with("errorPolicy", "omit");
                let (read, _) = self.read(&request, listed::<Branch>).await?;
                deeper.extend(gather(&mut page, read));
            }
            cut = deeper;
        }
    }
}

/// Adds what is new; the roots of deeper branches are known already, and so are their parents.
fn gather(page: &mut Page<ClassificationNode>, read: Listed<Branch>) -> Vec<i64> {
    let known: HashSet<i64> = page.items.iter().map(|node| node.id).collect();
    let mut cut = Vec::new();
    page.unreadable.extend(read.unreadable);
    for branch in read.items {
        cut.extend(branch.cut);
        page.unreadable.extend(branch.unreadable);
        let new = branch.nodes.into_iter();
        page.items
            .extend(new.filter(|node| !known.contains(&node.id)));
    }
    cut
}
