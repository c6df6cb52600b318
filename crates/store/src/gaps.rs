//! Gaps: details that a parent row needs and the database lacks. A detail entity has two statements here: how many gaps there
//! are in each of many scopes, and the newest of one scope.
//!
//! A gap is open when it may be asked for now. One that was refused is lacking all the time, and open again when its wait is
//! over. `sync.details` has a line for each answer, with the version of the parent that it answers; the version is made
//! here, travels through the fetcher as it is, and comes back with the answer.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;
use uuid::Uuid;
use wire::{Entity, proto::control::v1::Gap};

use crate::{
    Error,
    feeds::{Feed, Tick},
};

/// How many gaps a feed has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Details that are lacking.
    pub lacking: u64,
    /// Those of them that may be asked for now.
    pub open: u64,
}

#[derive(sqlx::FromRow)]
struct GapRow {
    key: i64,
    version: String,
    repository_id: Option<Uuid>,
    project_id: Option<Uuid>,
}

impl Tick {
    /// How many gaps each of these detail feeds has; all other feeds are passed over.
    pub async fn gap_count(&mut self, feeds: &[&Feed]) -> Result<HashMap<Uuid, Gaps>, Error> {
        count(&mut self.transaction, feeds).await
    }
}

/// How many gaps each of these detail feeds has.
pub(crate) async fn count(
    connection: &mut PgConnection,
    feeds: &[&Feed],
) -> Result<HashMap<Uuid, Gaps>, Error> {
    let mut counted = HashMap::new();
    let mut wanted: BTreeMap<(&str, Uuid), Vec<&Feed>> = BTreeMap::new();
    for feed in feeds.iter().filter(|feed| feed.entity.is_detail()) {
        let place = (feed.entity.name, feed.organization);
        wanted.entry(place).or_default().push(feed);
        counted.insert(feed.id, Gaps::default());
    }
    if wanted.is_empty() {
        return Ok(counted);
    }
    hash(connection).await?;
    for ((entity, organization), feeds) in wanted {
        let Some(query) = statements(entity).map(|statements| statements.count) else {
            continue;
        };
        let projects: Vec<Option<Uuid>> = feeds.iter().map(|feed| feed.project).collect();
        let rows: Vec<(Option<Uuid>, i64, i64)> = sqlx::query_as(query)
            .bind(organization)
            .bind(&projects)
            .fetch_all(&mut *connection)
            .await?;
        for (project, lacking, open) in rows {
            let gaps = Gaps {
                lacking: lacking.unsigned_abs(),
                open: open.unsigned_abs(),
            };
            let of_project = feeds.iter().filter(|feed| feed.project == project);
            counted.extend(of_project.map(|feed| (feed.id, gaps)));
        }
    }
    any_join(connection).await?;
    Ok(counted)
}

/// The newest open gaps of a scope.
pub(crate) async fn batch(
    connection: &mut PgConnection,
    entity: &Entity,
    organization: Uuid,
    project: Option<Uuid>,
    most: u32,
) -> Result<Vec<Gap>, Error> {
    let Some(query) = statements(entity.name).map(|statements| statements.batch) else {
        return Ok(Vec::new());
    };
    hash(connection).await?;
    let rows: Vec<GapRow> = sqlx::query_as(query)
        .bind(organization)
        .bind([project].as_slice())
        .bind(i64::from(most))
        .fetch_all(&mut *connection)
        .await?;
    any_join(connection).await?;
    let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| Gap {
            key: row.key.to_string(),
            version: row.version,
            repository_id: text(row.repository_id),
            project_id: text(row.project_id),
        })
        .collect())
}

/// Until statistics are made, the planner takes every table to be empty, and compares each parent with each answer one by
/// one: 2,500 builds took 1 s instead of 5 ms. A hash join is never far from the best here.
async fn hash(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("SET LOCAL enable_nestloop = off")
        .execute(connection)
        .await?;
    Ok(())
}

async fn any_join(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("SET LOCAL enable_nestloop = on")
        .execute(connection)
        .await?;
    Ok(())
}

struct Statements {
    /// Binds an organization and projects; gives project, lacking, open.
    count: &'static str,
    /// Binds an organization, one project and a limit; gives a [`GapRow`] a gap, newest first.
    batch: &'static str,
}

/// Writes both statements from their parts: `from` joins the parents `p` of organization `$1` and projects `$2` to their
/// answers `d`; `again` says when an answered gap opens again though its version is the same.
macro_rules! statements {
    (key $key:literal, version $version:literal, repository $repository:literal, project $project:literal,
     newest $newest:literal, again $again:literal, from $from:literal) => {
        Statements {
            count: concat!(
                "SELECT ", $project, ", count(*),
                        count(*) FILTER (WHERE d.state IS DISTINCT FROM 'refused' OR d.not_before <= now())
                 FROM ", $from, " AND (d.state IS NULL OR d.state = 'refused' OR d.version <> ", $version, " OR ", $again, ")
                 GROUP BY 1"
            ),
            batch: concat!(
                "SELECT ", $key, " AS key, ", $version, " AS version, ", $repository, " AS repository_id,
                        ", $project, " AS project_id
                 FROM ", $from, " AND (d.state IS NULL OR d.state = 'refused' OR d.version <> ", $version, " OR ", $again, ")
                   AND (d.state IS DISTINCT FROM 'refused' OR d.not_before <= now())
                 ORDER BY ", $newest, " LIMIT $3"
            ),
        }
    };
}

fn statements(entity: &str) -> Option<Statements> {
    Some(match entity {
        // A retried stage opens a finished build again, with the same id and a new time of finishing (PITFALLS.md, 27).
        // Microseconds by `date_part`, as a double: exact until the year 2255, and many times faster than `extract`.
        "timelines" => statements!(
            key "p.id",
            version "((date_part('epoch', p.finish_time) * 1e6)::bigint::text
                      || coalesce('/' || (date_part('epoch', p.last_changed_date) * 1e6)::bigint::text, ''))",
            repository "NULL::uuid",
            project "p.project_id",
            newest "p.finish_time DESC, p.id DESC",
            again "false",
            from "ado.builds p
                  LEFT JOIN sync.details d ON d.organization_id = $1 AND d.entity = 'timelines' AND d.key = p.id::text
                  WHERE p.organization_id = $1 AND p.project_id = ANY ($2) AND p.finish_time IS NOT NULL AND p.deleted_at IS NULL"
        ),
        // Comments and votes change nothing that the list of pull requests shows (PITFALLS.md, 15), so that those that may
        // still be talked about are read again now and then. A disabled repository answers 404 to everything (29).
        "pull_request_threads" => statements!(
            key "p.pull_request_id",
            version "p.content_hash::text",
            repository "p.repository_id",
            project "p.project_id",
            newest "p.pull_request_id DESC",
            again "p.status = 'active' AND d.read_at < now() - interval '1 hour'
                   OR p.closed_date > now() - interval '7 days' AND d.read_at < now() - interval '24 hours'",
            from "ado.pull_requests p
                  LEFT JOIN ado.repositories r ON r.organization_id = $1 AND r.id = p.repository_id
                  LEFT JOIN sync.details d ON d.organization_id = $1 AND d.entity = 'pull_request_threads'
                      AND d.key = p.pull_request_id::text
                  WHERE p.organization_id = $1 AND p.project_id = ANY ($2) AND p.deleted_at IS NULL AND r.deleted_at IS NULL AND r.is_disabled IS NOT TRUE"
        ),
        // The list cuts a description at 400 code units (PITFALLS.md, 16): a shorter one is whole.
        "pull_request_descriptions" => statements!(
            key "p.pull_request_id",
            version "md5(p.description)",
            repository "p.repository_id",
            project "p.project_id",
            newest "p.pull_request_id DESC",
            again "false",
            from "ado.pull_requests p
                  LEFT JOIN ado.repositories r ON r.organization_id = $1 AND r.id = p.repository_id
                  LEFT JOIN sync.details d ON d.organization_id = $1 AND d.entity = 'pull_request_descriptions'
                      AND d.key = p.pull_request_id::text
                  WHERE p.organization_id = $1 AND p.project_id = ANY ($2) AND p.deleted_at IS NULL AND r.deleted_at IS NULL AND r.is_disabled IS NOT TRUE
                    AND length(p.description) >= 200 AND sync.utf16_length(p.description) >= 400"
        ),
        // What a changeset changed never changes.
        "changeset_details" => statements!(
            key "p.changeset_id",
            version "'1'",
            repository "NULL::uuid",
            project "NULL::uuid",
            newest "p.changeset_id DESC",
            again "false",
            from "ado.changesets p
                  LEFT JOIN sync.details d ON d.organization_id = $1 AND d.entity = 'changeset_details'
                      AND d.key = p.changeset_id::text
                  WHERE p.organization_id = $1 AND $2::uuid[] IS NOT NULL AND p.deleted_at IS NULL"
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use wire::ENTITIES;

    use super::*;

    #[test]
    fn every_detail_entity_has_its_gaps() {
        for entity in ENTITIES.iter().filter(|entity| entity.is_detail()) {
            assert!(statements(entity.name).is_some(), "{}", entity.name);
        }
    }
}
