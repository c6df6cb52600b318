//! Which feed is the parent of which: the feed of the parent entity over the same scope of the same connection.

use std::collections::HashMap;

use store::feeds::Feed;
use uuid::Uuid;
use wire::Reading;

/// Connection, organization, project, repository and entity.
type Place = (Uuid, Uuid, Option<Uuid>, Option<Uuid>, &'static str);

/// All feeds by their place.
pub(crate) struct Family<'a>(HashMap<Place, &'a Feed>);

impl<'a> Family<'a> {
    pub(crate) fn of(feeds: &'a [Feed]) -> Self {
        let places = feeds
            .iter()
            .map(|feed| (place(feed, feed.entity.name), feed));
        Self(places.collect())
    }

    /// The feed that this one follows, or whose rows it adds details to.
    pub(crate) fn parent(&self, feed: &Feed) -> Option<&'a Feed> {
        match feed.entity.reading {
            Reading::Follows(of) | Reading::Detail { of, .. } => {
                self.0.get(&place(feed, of)).copied()
            }
            Reading::Whole(_) | Reading::Cursor(_) => None,
        }
    }
}

fn place(feed: &Feed, entity: &'static str) -> Place {
    (
        feed.connection,
        feed.organization,
        feed.project,
        feed.repository,
        entity,
    )
}
