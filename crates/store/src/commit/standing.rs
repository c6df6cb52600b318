//! Where feeds stand when the transaction begins; nobody else moves them until it ends.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, PageIn};

/// Where a feed stands.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Standing {
    id: Uuid,
    pub(super) epoch: i64,
    pub(super) running: bool,
    pub(super) contiguous_page: i64,
}

/// Where the feeds of a call stand.
#[derive(Debug)]
pub(super) struct Standings(BTreeMap<Uuid, Standing>);

impl Standings {
    /// Locks the feeds of pages, always in the same order. The lock leaves room for the foreign keys of others.
    pub(super) async fn lock(
        connection: &mut PgConnection,
        pages: &[PageIn<'_>],
    ) -> Result<Self, Error> {
        let ids: Vec<Uuid> = pages.iter().map(|page| page.envelope.feed).collect();
        let standings: Vec<Standing> = sqlx::query_as(
            "SELECT id, epoch, running, contiguous_page FROM sync.feeds
             WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        )
        .bind(ids)
        .fetch_all(connection)
        .await?;
        let by_id = standings
            .into_iter()
            .map(|standing| (standing.id, standing));
        Ok(Self(by_id.collect()))
    }

    /// Where a feed stands; nothing when it is no more.
    pub(super) fn of(&self, feed: Uuid) -> Option<&Standing> {
        self.0.get(&feed)
    }
}
