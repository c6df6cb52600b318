//! The projects and repositories that a connection sees: what its feeds cover.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{upsert::RowFate, work::Work};
use crate::{Error, row::Row};

/// Keeps the scopes that rows stand for, for the connections that read them. Unchanged rows count too: another
/// connection may have brought them.
pub(super) async fn keep(
    connection: &mut PgConnection,
    rows: &[Row<'_>],
    fates: &[RowFate],
    works: &[Work<'_>],
) -> Result<(), Error> {
    let scopes: Vec<_> = rows
        .iter()
        .zip(fates)
        .filter(|(_, fate)| !matches!(fate, RowFate::Refused(_)))
        .filter_map(|(row, _)| Some((row, row.scope.as_ref()?)))
        .collect();
    if scopes.is_empty() {
        return Ok(());
    }
    let connections: Vec<_> = scopes
        .iter()
        .map(|(row, _)| works[row.page].envelope.connection)
        .collect();
    let organizations: Vec<_> = scopes.iter().map(|(row, _)| row.organization).collect();
    let ids: Vec<Option<Uuid>> = scopes
        .iter()
        .map(|(_, scope)| scope.id.parse().ok())
        .collect();
    let kinds: Vec<_> = scopes.iter().map(|(_, scope)| scope.kind).collect();
    let projects: Vec<Option<Uuid>> = scopes
        .iter()
        .map(|(_, scope)| scope.project_id.parse().ok())
        .collect();
    let names: Vec<_> = scopes
        .iter()
        .map(|(_, scope)| crate::clean::text(scope.name))
        .collect();
    let readable: Vec<_> = scopes.iter().map(|(_, scope)| scope.readable).collect();
    sqlx::query(
        "INSERT INTO sync.scopes AS s (connection_id, organization_id, id, kind, project_id, name, readable)
         SELECT x.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::bool[])
             AS x (connection_id, organization_id, id, kind, project_id, name, readable)
         WHERE x.project_id IS NOT NULL
             AND EXISTS (SELECT FROM sync.connections AS c WHERE c.id = x.connection_id)
         ON CONFLICT (connection_id, organization_id, id) DO UPDATE
         SET project_id = excluded.project_id, name = excluded.name, readable = excluded.readable
         WHERE (s.project_id, s.name, s.readable)
             IS DISTINCT FROM (excluded.project_id, excluded.name, excluded.readable)",
    )
    .bind(connections)
    .bind(organizations)
    .bind(ids)
    .bind(kinds)
    .bind(projects)
    .bind(names)
    .bind(readable)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops scopes that are known to be gone, for every connection; repositories with their project.
pub(super) async fn drop_gone(
    connection: &mut PgConnection,
    organizations: &[Uuid],
    keys: &[String],
) -> Result<(), Error> {
    sqlx::query(
        "DELETE FROM sync.scopes AS s USING unnest($1::uuid[], $2::text[]) AS x (organization_id, key)
         WHERE s.organization_id = x.organization_id AND x.key IN (s.id::text, s.project_id::text)",
    )
    .bind(organizations)
    .bind(keys)
    .execute(connection)
    .await?;
    Ok(())
}
