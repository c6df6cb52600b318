//! Deletes a connection: its secrets at once, the rest bit by bit, whether Microsoft answers or not.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Connections, unknown};
use crate::by::By;
use crate::grants::describe;
use crate::refusal::Refusal;
use crate::view::Connection;

/// What becomes of the rows that a connection has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// They stay, as they were last read.
    Keep,
    /// They go too, where no other connection covers their organization.
    Purge,
}

/// What deleting a connection would mean.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Deletion {
    /// The connection.
    pub connection: Connection,
    /// Feeds that end.
    pub feeds: u64,
    /// Organizations that nothing reads any more; their rows are kept or purged.
    pub only_here: Vec<String>,
    /// Organizations that other connections cover too; their rows stay.
    pub shared: Vec<String>,
}

/// A connection that is being deleted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Deleted {
    /// As it was.
    pub connection: Connection,
    /// What remains to be done at Microsoft, for people; empty when nothing does.
    pub remains: String,
    /// Where to do it; may be empty.
    pub link: String,
}

impl Connections {
    /// What deleting a connection would mean.
    pub async fn deletion(&self, name: &str) -> Result<Deletion, Refusal> {
        let connection = self.find(name).await?;
        let dependents = self.0.store.connection_dependents(connection.id).await?;
        Ok(Deletion {
            connection: self.shown(connection).await?,
            feeds: dependents.feeds,
            only_here: dependents.only_here,
            shared: dependents.shared,
        })
    }

    /// Deletes a connection. Its secrets are gone and its name is free when this returns; runs, feeds and rows go soon.
    pub async fn delete(&self, by: &By, name: &str, rows: Rows) -> Result<Deleted, Refusal> {
        let connection = self.find(name).await?;
        let detail = match rows {
            Rows::Keep => "rows are kept",
            Rows::Purge => "rows are purged",
        };
        let entry = self.entry(by, "connection.delete", &connection.name, detail);
        let deleted = self
            .0
            .store
            .connection_delete(connection.id, rows == Rows::Purge, &entry)
            .await?;
        let deleted = deleted.ok_or_else(|| unknown(name))?;
        tracing::info!(connection.id = %deleted.id, "deleting the connection `{}`: {detail}", deleted.name);
        let remainder = describe(&deleted.credential)
            .ok()
            .and_then(|description| description.remainder());
        let (remains, link) = remainder.map_or_else(Default::default, |remainder| {
            (remainder.explanation.to_owned(), remainder.link.to_owned())
        });
        Ok(Deleted {
            connection: self.shown(deleted).await?,
            remains,
            link,
        })
    }
}
