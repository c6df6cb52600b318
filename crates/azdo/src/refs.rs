//! Branches and tags of a repository.

use futures::StreamExt as _;
use uuid::Uuid;

use crate::client::Client;
use crate::identity::Identity;
use crate::json::{Item, Object};
use crate::paging::{Order, Pages, by_header_token};
use crate::request::Request;

/// A branch or tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// `refs/heads/…` or `refs/tags/…`
    pub name: String,
    /// What it points to: a commit, or the object of an annotated tag.
    pub object_id: Option<String>,
    /// What an annotated tag points to in the end.
    pub peeled_object_id: Option<String>,
    /// Who made it.
    pub creator: Option<Identity>,
    /// Whether pushes are refused.
    pub is_locked: Option<bool>,
    /// Its address in the API.
    pub url: Option<String>,
    /// All members that have no field here: a JSON object.
    pub extra: String,
}

impl Item for Ref {
    fn read(mut object: Object<'_>) -> Result<Self, String> {
        Ok(Self {
            name: object.key_text("name")?,
            object_id: object.text("objectId"),
            peeled_object_id: object.text("peeledObjectId"),
            creator: object.identity("creator"),
            is_locked: object.bool("isLocked"),
            url: object.text("url"),
            extra: object.rest()?,
        })
    }
}

impl Client {
    /// All branches and tags of a repository: one listing of everything, because there is no filter
    /// for both. What else the service keeps, such as `refs/pull/`, is left out.
    pub fn refs(&self, project: Uuid, repository: Uuid) -> Pages<Ref> {
        let names = [project.to_string(), repository.to_string()];
        let request = Request::get(
            "{project}/_apis/git/repositories/{repository}/refs",
            &[&names[0], &names[1]],
        )
        .with("peelTags", true)
        .with("$top", 1000);
        let all = by_header_token::<Ref>(self.clone(), request, Order::Whole);
        let wanted = all.map(|page| {
            let mut page = page?;
            page.items.retain(|found| is_wanted(&found.name));
            Ok(page)
        });
        Pages::new(Order::Whole, wanted)
    }
}

fn is_wanted(name: &str) -> bool {
    name.starts_with("refs/heads/") || name.starts_with("refs/tags/")
}
