//! Branches of TFVC.

use futures::stream;
use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::identity::Identity;
use crate::json::{Children, Item, Object, listed, walk};
use crate::paging::{Order, Page, Pages, Unreadable};
use crate::request::Request;

/// A folder that was made a branch. Teams that use plain folders have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TfvcBranch {
    /// `$/Project/…`
    pub path: String,
    /// The branch that it was branched from.
    pub parent_path: Option<String>,
    /// Who made it.
    pub owner: Option<Identity>,
    /// When it was made.
    pub created_date: Option<Timestamp>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it was deleted.
    pub is_deleted: Option<bool>,
    /// The paths of branches without a common root.
    pub related_branches: Vec<String>,
    /// Folders that are mapped: a JSON list.
    pub mappings: Option<String>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

/// A branch with all that came below it.
#[derive(Default)]
struct Tree {
    branches: Vec<TfvcBranch>,
    unreadable: Vec<Unreadable>,
}

impl Item for Tree {
    fn read(root: Object<'_>) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.unreadable = walk(root, |object, parent| tree.branch(object, parent))?;
        Ok(tree)
    }
}

impl Tree {
    fn branch<'a>(
        &mut self,
        mut object: Object<'a>,
        parent: Option<String>,
    ) -> Result<Children<'a, String>, String> {
        let path = object.key_text("path")?;
        let children = object.list("children").unwrap_or_default();
        let named = object.nested("parent");
        self.branches.push(TfvcBranch {
            path: path.clone(),
            parent_path: parent.or_else(|| named?.text("path")),
            owner: object.identity("owner"),
            created_date: object.time("createdDate"),
            description: object.text("description"),
            is_deleted: object.bool("isDeleted"),
            related_branches: object
                .items("relatedBranches")
                .into_iter()
                .filter_map(|Related(path)| path)
                .collect(),
            mappings: object.json("mappings"),
            url: object.text("url"),
            extra: object.rest()?,
        });
        Ok((children, path))
    }
}

struct Related(Option<String>);

impl Item for Related {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self(object.text("path")))
    }
}

impl Client {
    /// All branches of a project, flat, parents before their children. A project without TFVC has
    /// none, or answers 404.
    pub fn tfvc_branches(&self, project: Uuid) -> Pages<TfvcBranch> {
        let client = self.clone();
        let read = async move { client.branches(&project.to_string()).await };
        Pages::new(Order::Whole, stream::once(read))
    }

    async fn branches(&self, project: &str) -> Result<Page<TfvcBranch>, Error> {
        let request = Request::get("{project}/_apis/tfvc/branches", &[project])
            .with("includeParent", true)
            .with("includeChildren", true)
            .with("includeDeleted", true);
        let (read, answer) = self.read(&request, listed::<Tree>).await?;
        let mut page = Page {
            items: Vec::new(),
            observed_at: answer.date,
            token: None,
            unreadable: read.unreadable,
        };
        for tree in read.items {
            page.items.extend(tree.branches);
            page.unreadable.extend(tree.unreadable);
        }
        Ok(page)
    }
}
