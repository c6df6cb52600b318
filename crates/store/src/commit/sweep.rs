//! Whole listings: what they do not hold is gone.

use jiff::Timestamp;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;
use wire::Entity;

use super::{committed, deletion, work::Work};
use crate::{Change, Error, bind, mapping::Mapping, table::Absence};

/// A whole listing that was committed to its end, completely.
#[derive(Debug)]
pub(super) struct Sweep {
    pub(super) feed: Uuid,
    pub(super) epoch: i64,
    pub(super) connection: Uuid,
    pub(super) organization: Uuid,
    /// Project or repository, when the feed covers one.
    pub(super) scope: Option<Uuid>,
    /// When the listing began: what was read later cannot be missed by it.
    pub(super) began_at: Timestamp,
}

/// Keeps the keys of listings of more than one page until their end.
pub(super) async fn keep_keys(
    connection: &mut PgConnection,
    entity: &Entity,
    works: &[Work<'_>],
) -> Result<(), Error> {
    let kept = || {
        let works = committed(works).filter(|work| !work.is_whole_run());
        works.flat_map(|work| work.keys.iter().map(|key| (work.envelope, key)))
    };
    if !entity.is_whole() || kept().next().is_none() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO sync.sweep_keys (feed_id, epoch, key)
         SELECT * FROM unnest($1::uuid[], $2::int8[], $3::text[]) ON CONFLICT DO NOTHING",
    )
    .bind(
        kept()
            .map(|(envelope, _)| envelope.feed)
            .collect::<Vec<_>>(),
    )
    .bind(
        kept()
            .map(|(envelope, _)| envelope.epoch)
            .collect::<Vec<_>>(),
    )
    .bind(kept().map(|(_, key)| key.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks deleted what the listings did not hold, or takes it out of the connection's sight. Gives each deleted row
/// with its feed.
pub(super) async fn carry_out(
    connection: &mut PgConnection,
    mapping: &Mapping,
    sweeps: &[Sweep],
    works: &[Work<'_>],
) -> Result<Vec<(Uuid, Change)>, Error> {
    if sweeps.is_empty() {
        return Ok(Vec::new());
    }
    let seen = || {
        let works = committed(works).filter(|work| work.is_whole_run());
        works.flat_map(|work| {
            work.keys
                .iter()
                .map(|key| (work.envelope.feed, key.as_str()))
        })
    };
    let sql = match mapping.layout.absence {
        Absence::Unseen => UNSEE,
        Absence::Deletion | Absence::DeletionInSeenProjects => mapping.sql.sweep,
    };
    // A tombstone is as old as the listing's beginning, within its second before the listing's first page.
    let versions = sweeps.iter().map(|sweep| {
        let version = sweep.began_at.as_second() * 1_000_000 + (sweep.epoch % 1_000) * 1_000;
        (!mapping.layout.versioned).then_some(version)
    });
    let rows = sqlx::query(sql)
        .bind(sweeps.iter().map(|sweep| sweep.feed).collect::<Vec<_>>())
        .bind(sweeps.iter().map(|sweep| sweep.epoch).collect::<Vec<_>>())
        .bind(
            sweeps
                .iter()
                .map(|sweep| sweep.connection)
                .collect::<Vec<_>>(),
        )
        .bind(
            sweeps
                .iter()
                .map(|sweep| sweep.organization)
                .collect::<Vec<_>>(),
        )
        .bind(sweeps.iter().map(|sweep| sweep.scope).collect::<Vec<_>>())
        .bind(
            sweeps
                .iter()
                .map(|sweep| bind::time(sweep.began_at))
                .collect::<Vec<_>>(),
        )
        .bind(versions.collect::<Vec<_>>())
        .bind(seen().map(|(feed, _)| feed).collect::<Vec<_>>())
        .bind(seen().map(|(_, key)| key).collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, deletion::change(row, 1)?)))
        .collect()
}

/// Forgets the keys of runs that are over.
pub(super) async fn forget_keys(
    connection: &mut PgConnection,
    feeds: &[Uuid],
) -> Result<(), Error> {
    sqlx::query("DELETE FROM sync.sweep_keys WHERE feed_id = ANY($1)")
        .bind(feeds)
        .execute(connection)
        .await?;
    Ok(())
}

/// What a connection does not list any more it may only not be allowed to see: the row stays, its feeds end. A
/// listing of projects cannot say anything of repositories, hence the kind.
const UNSEE: &str = "
WITH unseen AS (
    DELETE FROM sync.scopes AS t
    USING unnest($1::uuid[], $2::int8[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::int8[])
        AS x (feed_id, epoch, connection_id, organization_id, scope_id, deleted_at, version)
    JOIN sync.feeds AS f ON f.id = x.feed_id
    WHERE t.connection_id = x.connection_id AND t.organization_id = x.organization_id
        AND t.kind = CASE f.entity WHEN 'projects' THEN 'project' ELSE 'repository' END
        AND NOT EXISTS (SELECT FROM sync.sweep_keys AS s
            WHERE s.feed_id = x.feed_id AND s.epoch = x.epoch AND s.key = t.id::text)
        AND NOT EXISTS (SELECT FROM unnest($8::uuid[], $9::text[]) AS s (feed_id, key)
            WHERE s.feed_id = x.feed_id AND s.key = t.id::text)
)
SELECT NULL::uuid, NULL::uuid, NULL::text, NULL::uuid, NULL::int8 WHERE false";
